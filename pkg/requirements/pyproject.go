package requirements

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// pyproject reads PEP 621, what setuptools takes from files, and poetry.
func pyproject(text []byte) (listing, error) {
	var file struct {
		Project struct {
			Dependencies []string            `toml:"dependencies"`
			Optional     map[string][]string `toml:"optional-dependencies"`
		} `toml:"project"`
		Groups map[string][]any `toml:"dependency-groups"`
		Tool   struct {
			Setuptools struct {
				Dynamic struct {
					Dependencies struct {
						File any `toml:"file"`
					} `toml:"dependencies"`
				} `toml:"dynamic"`
			} `toml:"setuptools"`
			Poetry struct {
				Dependencies map[string]any `toml:"dependencies"`
				Groups       map[string]struct {
					Dependencies map[string]any `toml:"dependencies"`
				} `toml:"group"`
			} `toml:"poetry"`
		} `toml:"tool"`
	}
	if err := toml.NewDecoder(bytes.NewReader(text)).Decode(&file); err != nil {
		return listing{}, err
	}
	var l listing
	l.lines = append(l.lines, file.Project.Dependencies...)
	switch name := file.Tool.Setuptools.Dynamic.Dependencies.File.(type) {
	case string:
		l.lines = append(l.lines, "-r "+name)
	case []any:
		for _, n := range name {
			l.lines = append(l.lines, fmt.Sprint("-r ", n))
		}
	}
	if len(file.Project.Dependencies) == 0 { // else poetry's table only says where from
		l.lines = append(l.lines, table(file.Tool.Poetry.Dependencies)...)
	}
	for _, group := range slices.Sorted(maps.Keys(file.Project.Optional)) {
		l.optional = append(l.optional, file.Project.Optional[group]...)
	}
	for _, group := range slices.Sorted(maps.Keys(file.Groups)) {
		for _, line := range file.Groups[group] {
			if line, ok := line.(string); ok { // not {include-group = ...}
				l.optional = append(l.optional, line)
			}
		}
	}
	for _, group := range slices.Sorted(maps.Keys(file.Tool.Poetry.Groups)) {
		l.optional = append(l.optional, table(file.Tool.Poetry.Groups[group].Dependencies)...)
	}
	return l, nil
}

// pipfile reads the packages of a Pipfile.
func pipfile(text []byte) (listing, error) {
	var file struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
	}
	if err := toml.Unmarshal(text, &file); err != nil {
		return listing{}, err
	}
	return listing{lines: table(file.Packages), optional: table(file.Dev)}, nil
}

// table translates a table of poetry or pipenv: name = "^1.2" or
// name = {version = ..., extras = [...], git = ...}.
func table(of map[string]any) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if normal(name) == "python" {
			continue
		}
		switch v := of[name].(type) {
		case []any: // one for each condition
			for _, one := range v {
				lines = append(lines, dependency(name, one))
			}
		default:
			lines = append(lines, dependency(name, v))
		}
	}
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// dependency is one entry of such a table; empty where it names a path.
func dependency(name string, value any) string {
	version, ok := value.(string)
	if ok {
		return name + constraint(version)
	}
	given, ok := value.(map[string]any)
	if !ok {
		return ""
	}
	text := func(key string) string { s, _ := given[key].(string); return s }
	if text("path") != "" {
		return ""
	}
	if extras, ok := given["extras"].([]any); ok && len(extras) > 0 {
		words := make([]string, len(extras))
		for i, e := range extras {
			words[i] = fmt.Sprint(e)
		}
		name += "[" + strings.Join(words, ",") + "]"
	}
	line := name + constraint(text("version"))
	if repository := text("git"); repository != "" {
		line = name + " @ git+" + strings.TrimPrefix(repository, "git+")
		for _, key := range []string{"rev", "ref", "tag", "branch"} {
			if at := text(key); at != "" {
				line += "@" + at
				break
			}
		}
	} else if url := text("url") + text("file"); url != "" {
		line = name + " @ " + url
	}
	var markers []string
	if m := text("markers"); m != "" {
		markers = append(markers, m)
	}
	for _, bound := range strings.FieldsFunc(constraint(text("python")), func(r rune) bool { return r == ',' }) {
		op := strings.TrimRight(bound, "0123456789.*")
		markers = append(markers, fmt.Sprintf("python_version %s %q", op, strings.TrimPrefix(bound, op)))
	}
	if len(markers) > 0 {
		line += " ; " + strings.Join(markers, " and ")
	}
	return line
}

// constraint translates poetry's and pipenv's versions into pip's. Of
// alternatives, which pip lacks, it is the last.
func constraint(version string) string {
	alternatives := strings.Split(strings.ReplaceAll(version, "||", "|"), "|")
	var bounds []string
	for _, bound := range strings.FieldsFunc(alternatives[len(alternatives)-1], func(r rune) bool { return r == ',' }) {
		bound = strings.ReplaceAll(bound, " ", "")
		switch {
		case bound == "" || bound == "*":
		case strings.HasPrefix(bound, "^"):
			bounds = append(bounds, ">="+bound[1:], "<"+caret(bound[1:]))
		case strings.HasPrefix(bound, "~") && !strings.HasPrefix(bound, "~="):
			bounds = append(bounds, ">="+bound[1:], "<"+next(bound[1:], min(1, strings.Count(bound, "."))))
		case bound[0] >= '0' && bound[0] <= '9':
			bounds = append(bounds, "=="+bound)
		default:
			bounds = append(bounds, bound)
		}
	}
	return strings.Join(bounds, ",")
}

// caret is the first version that ^version excludes: its leftmost number that
// is not 0 is one higher.
func caret(version string) string {
	parts := strings.Split(version, ".")
	for i, p := range parts {
		if p != "0" || i == len(parts)-1 {
			return next(version, i)
		}
	}
	return version
}

// next raises the number at a place of a version and drops what follows.
func next(version string, at int) string {
	parts := strings.Split(version, ".")[:at+1]
	digits := strings.TrimRight(parts[at], "abcdefghijklmnopqrstuvwxyz-+*")
	number, _ := strconv.Atoi(digits) // 0 for what is no number: pip then says so
	parts[at] = strconv.Itoa(number + 1)
	if at == 0 {
		parts = append(parts, "0")
	}
	return strings.Join(parts, ".")
}
