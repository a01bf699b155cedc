//go:build race

package host_test

// raceDetector says that memory is not what it is otherwise.
const raceDetector = true
