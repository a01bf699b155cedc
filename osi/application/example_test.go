package application_test

import (
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/packetwalk/packetwalk/osi/application"
)

// An ordinary handler and an ordinary request, over any connection at all. On a
// simulated network the server would be a program of its own.
func ExampleServe() {
	client, server := net.Pipe()
	served := make(chan error)
	go func() {
		served <- application.Serve(server, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "you asked for %s", r.URL.Path)
		}))
	}()
	req, err := http.NewRequest(http.MethodGet, "http://server.lab/hello", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := application.Do(client, req)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, "|", string(body), err)
	fmt.Println(client.Close(), <-served)
	// Output:
	// 200 OK | you asked for /hello <nil>
	// <nil> <nil>
}
