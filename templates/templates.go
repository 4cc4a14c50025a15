// Package templates holds the Dockerfile for programs that bring none, and for
// each framework family the requirements of the layer that its programs share.
package templates

import (
	"embed"
	"strings"
)

//go:embed Dockerfile *.txt
var files embed.FS

// Dockerfile is the one template.
func Dockerfile() []byte {
	text, err := files.ReadFile("Dockerfile")
	if err != nil {
		panic(err) // it is embedded
	}
	return text
}

// Framework returns a family's requirement lines, and whether there is such a
// family.
func Framework(family string) ([]string, bool) {
	text, err := files.ReadFile(family + ".txt")
	if err != nil {
		return nil, false
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n"), true
}
