package requirements

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxIncludes is how deep requirement files may include each other.
const maxIncludes = 8

var (
	comment   = regexp.MustCompile(`(^|\s)#.*$`)
	hashed    = regexp.MustCompile(`\s--hash[= ]\S+`)
	beginning = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)
	dashes    = regexp.MustCompile(`[-_.]+`)
	egg       = regexp.MustCompile(`#egg=([A-Za-z0-9._-]+)`)
)

// Project is what a requirement line begins with, as written: "scikit_learn".
// It is empty for options and URLs.
func Project(line string) string {
	if strings.HasPrefix(line, "-") || strings.Contains(strings.SplitN(line, "@", 2)[0], "://") {
		return ""
	}
	return beginning.FindString(line)
}

// Name is a requirement's project in normal form, "scikit-learn"; of a URL the
// one that it names, empty for others and for options.
func Name(line string) string {
	if found := egg.FindStringSubmatch(line); found != nil {
		return normal(found[1])
	}
	return normal(Project(line))
}

func normal(name string) string { return strings.ToLower(dashes.ReplaceAllString(name, "-")) }

// decode reads a text that begins with a byte order mark by that, as the files
// do that `pip freeze > requirements.txt` makes in a PowerShell.
func decode(text []byte) string {
	out, _, err := transform.Bytes(unicode.BOMOverride(encoding.Nop.NewDecoder()), text)
	if err != nil {
		return string(text)
	}
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}

// A cleaner makes lines that pip can install without the program's directory:
// included files are written out, the program itself and other local paths are
// left out, since they are in the tree.
type cleaner struct {
	files fs.FS
	from  string // the file that a person began to read
	lines []string
}

// clean reads the lines of a file in dir.
func (c *cleaner) clean(dir string, raw []string, depth int) error {
	joined := strings.ReplaceAll(strings.Join(raw, "\n"), "\\\n", " ")
	for line := range strings.Lines(joined) {
		line = strings.TrimSpace(line)
		if !egg.MatchString(line) {
			line = comment.ReplaceAllString(line, "")
		}
		line = strings.TrimSpace(hashed.ReplaceAllString(line, ""))
		option, value := cutOption(line)
		switch option {
		case "":
			c.add(line)
		case "-r", "--requirement":
			if err := c.include(path.Join(dir, value), value, depth); err != nil {
				return err
			}
		case "-i", "--index-url", "--extra-index-url":
			c.lines = append(c.lines, line)
		case "-f", "--find-links":
			if strings.Contains(value, "://") {
				c.lines = append(c.lines, line)
			}
		case "-e", "--editable":
			if strings.Contains(value, "://") {
				c.add(value)
			}
		}
	}
	return nil
}

// include reads a file that another one names.
func (c *cleaner) include(name, as string, depth int) error {
	if depth == 0 {
		return &Fault{fmt.Sprintf("the requirements of %s: %s: the files include each other; remove one of the lines and commit again", c.from, as)}
	}
	text, err := fs.ReadFile(c.files, name)
	if err != nil {
		return &Fault{fmt.Sprintf("the requirements of %s include %s, which cannot be read (%v); commit that file or remove the line", c.from, as, err)}
	}
	return c.clean(path.Dir(name), strings.Split(decode(text), "\n"), depth-1)
}

// elsewhere are projects that `pip freeze` writes down on other systems, and
// that no Linux can install.
var elsewhere = set("pkg-resources pywin32 pypiwin32 pywinpty pywin32-ctypes wincertstore win-inet-pton appnope tensorflow-intel tensorflow-metal")

// add takes one requirement.
func (c *cleaner) add(line string) {
	switch n := Name(line); {
	case line == "" || elsewhere[n]:
		return
	case n == "sklearn": // a project that only says that it has another name
		line = "scikit-learn"
	case n == "tensorflow-macos":
		line = "tensorflow" + strings.TrimPrefix(line, Project(line))
	case isLocal(line):
		if provided[n] == nil {
			return
		}
		line = Project(line) // `numpy @ file:///croot/...`, as conda builds are frozen
	}
	if line != "" && !slices.Contains(c.lines, line) {
		c.lines = append(c.lines, line)
	}
}

// cutOption splits "-r file", "-rfile" and "--requirement=file".
func cutOption(line string) (option, value string) {
	if !strings.HasPrefix(line, "-") {
		return "", line
	}
	if !strings.HasPrefix(line, "--") && len(line) > 2 {
		return line[:2], strings.TrimSpace(line[2:])
	}
	i := strings.IndexAny(line, "= \t")
	if i < 0 {
		return line, ""
	}
	return line[:i], strings.TrimSpace(line[i+1:])
}

// isLocal tells whether a requirement names a path: ".", "./lib", "x @ file:...".
func isLocal(line string) bool {
	target := line
	if _, url, ok := strings.Cut(line, "@"); ok && !strings.Contains(line, "+") {
		target = strings.TrimSpace(url)
	}
	return strings.HasPrefix(target, ".") || strings.HasPrefix(target, "/") || strings.HasPrefix(target, "file:") ||
		!strings.Contains(target, "://") && strings.HasSuffix(target, ".whl")
}

// valued are pip's options that take the next word.
var valued = set("-r --requirement -c --constraint -f --find-links -i --index-url --extra-index-url -e --editable -t --target --progress-bar --timeout --trusted-host")

var pipInstall = regexp.MustCompile(`^(?:[!%]+|.*?&&|.*?;)\s*(?:sudo\s+)?(?:(?:\S*python\S*|\{sys\.executable\})\s+-m\s+)?(?:pip|pip3)(?:\.\d+)?\s+install\s+(.*)$`)

// installs are the requirement lines of the pip commands among the lines of a
// notebook that are no Python.
func installs(commands []string) (lines []string) {
	for _, command := range commands {
		found := pipInstall.FindStringSubmatch(strings.TrimSpace(command))
		if found == nil {
			continue
		}
		words := strings.Fields(shellEnd.Split(found[1], 2)[0])
		for i := 0; i < len(words); i++ {
			word := strings.Trim(words[i], `"'`)
			switch {
			case valued[word] && i+1 < len(words):
				i++
				lines = append(lines, word+" "+strings.Trim(words[i], `"'`))
			case !strings.HasPrefix(word, "-") && !strings.ContainsAny(word, "${}"):
				lines = append(lines, word)
			case strings.HasPrefix(word, "--") && strings.Contains(word, "="):
				lines = append(lines, word)
			}
		}
	}
	return lines
}

// shellEnd is where a command's words end.
var shellEnd = regexp.MustCompile(`\s(?:#|\d?>|\|)|[;|]|&&|\s&`)
