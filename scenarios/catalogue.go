package scenarios

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.yaml
var embedded embed.FS

// Topics are the topics of the course, in its order. A scenario of another
// topic comes after them.
var Topics = []string{"OSI", "TCP", "UDP", "Compare", "WebSocket", "Socket.IO"}

// Catalogue loads every scenario that is built in, in the order of the course:
// by topic, and within a topic by order. The error joins those of all files.
func Catalogue() ([]*Scenario, error) { return catalogue(embedded) }

func catalogue(files fs.FS) ([]*Scenario, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	var all []*Scenario
	for _, file := range names {
		data, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		sc, err := Load(file, data)
		if err != nil {
			return nil, err
		}
		if sc.Name.S+".yaml" != file {
			return nil, fmt.Errorf("%s: the scenario is called %s; file and name must be the same", file, sc.Name)
		}
		sc.embedded = true
		all = append(all, sc)
	}
	slices.SortStableFunc(all, func(a, b *Scenario) int {
		if d := topicPlace(a.Topic.S) - topicPlace(b.Topic.S); d != 0 {
			return d
		}
		if a.Order != b.Order {
			return a.Order - b.Order
		}
		return strings.Compare(a.Name.S, b.Name.S)
	})
	return all, nil
}

// topicPlace is a topic's place in the course.
func topicPlace(topic string) int {
	if i := slices.Index(Topics, topic); i >= 0 {
		return i
	}
	return len(Topics)
}

// Embedded says whether the scenario is one of the catalogue's, so that its
// name is enough to run it.
func (sc *Scenario) Embedded() bool { return sc.embedded }

// UnknownError says that there is no scenario of a name.
type UnknownError struct {
	Name  string
	Known []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no scenario %q%s", e.Name, didYouMean(e.Name, e.Known))
}

// Find loads one of the catalogue's scenarios by its name. An unknown name is
// an *UnknownError, which suggests the one that was probably meant.
func Find(name string) (*Scenario, error) {
	if data, err := embedded.ReadFile(name + ".yaml"); err == nil && scenarioName.MatchString(name) {
		sc, err := Load(name+".yaml", data)
		if err != nil {
			return nil, err
		}
		sc.embedded = true
		return sc, nil
	}
	files, err := fs.Glob(embedded, "*.yaml")
	if err != nil {
		return nil, err
	}
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".yaml")
	}
	return nil, &UnknownError{name, files}
}
