package inspect

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// hazards says what may go wrong in a run that nobody watches.
func hazards(p *Program, t *trace) {
	for _, m := range t.program {
		note := func(at int, text string) {
			p.Hazards = append(p.Hazards, m.Where(at)+" "+text)
		}
		guarded := bytes.Contains(m.File.Src, []byte("cuda.is_available"))
		for _, c := range t.calls[m] {
			if text := danger(m, c); text != "" && !(guarded && strings.HasSuffix(m.File.Text(c.Func), ".cuda")) {
				note(c.Start, text)
			}
		}
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			if text := risk(m, n); text != "" {
				note(n.Span().Start, text)
			}
			return true
		})
	}
}

// danger says what a call may do.
func danger(m *project.Module, c *pysrc.Call) string {
	name := project.Dotted(c.Func)
	a, method := c.Func.(*pysrc.Attribute)
	switch {
	case name == "input", name == "getpass.getpass", name == "getpass":
		return "asks for input; stdin is closed while it trains"
	case method && a.Attr == "cuda" && len(c.Args) == 0:
		return "needs a GPU; write .to(\"cuda\" if torch.cuda.is_available() else \"cpu\") to train without one as well"
	case name == "wandb.login", name == "wandb.init":
		return "reports to wandb; set WANDB_MODE=offline in mlhook.env when there is no login"
	case name == "get_ipython":
		return "get_ipython exists in a notebook only; remove that line"
	case method && a.Attr == "add_argument" && required(c):
		return demand(m, c)
	case name == "os.popen" && firstString(c) == "stty size":
		return "asks a terminal for its size, and there is none while it trains; use shutil.get_terminal_size()"
	case strings.HasPrefix(firstString(c), "http://"), strings.HasPrefix(firstString(c), "https://"):
		if readers[project.LastName(c.Func)] || name == "requests.get" || project.LastName(c.Func) == "urlretrieve" {
			return "reads from the network; keep the file beside the script, or see mlhook.network"
		}
	case strings.HasSuffix(name, "Trainer") && onGPU(c):
		return "the trainer asks for a GPU; write accelerator=\"auto\""
	}
	return ""
}

func firstString(c *pysrc.Call) string {
	if len(c.Args) > 0 {
		if s, ok := c.Args[0].(*pysrc.String); ok {
			return s.Value
		}
	}
	return ""
}

func onGPU(c *pysrc.Call) bool {
	s, ok := project.Argument(c, "accelerator", -1).(*pysrc.String)
	return ok && (s.Value == "gpu" || s.Value == "cuda")
}

var random = regexp.MustCompile(`^(?:np\.|numpy\.)?random\.(?:randint|choice|randrange|uniform)$`)

// risk says what a statement or an expression may do.
func risk(m *project.Module, n pysrc.Node) string {
	switch n := n.(type) {
	case *pysrc.Subscript:
		if i, ok := n.Index.(*pysrc.Number); ok && project.Dotted(n.Value) == "sys.argv" && beyond(m.File.Text(i), m.Args) && !bytes.Contains(m.File.Src, []byte("len(sys.argv)")) {
			return "needs an argument; give it with `git config --add mlhook.args ARGUMENT`"
		}
	case *pysrc.Assign:
		if n.Op == "=" && slices.ContainsFunc(n.Targets, func(e pysrc.Expr) bool { return project.Dotted(e) == "sys.stdout" }) {
			return "replaces sys.stdout; an accuracy that is printed later is not seen"
		}
	case *pysrc.Block:
		if n.Keyword == "while" && len(n.Parts) > 0 && accuracyLoop.MatchString(m.File.Text(n.Parts[0].Test)) {
			return "trains until an accuracy is reached, maybe for ever; bound the loop"
		}
	case *pysrc.Keyword:
		if kindsOfSize[n.Arg] && drawn(n.Value) {
			return "draws the architecture or the training at random; a tweak has no effect that can be repeated"
		}
	}
	return ""
}

// beyond tells whether args do not reach as far as an index of sys.argv.
func beyond(index string, args []string) bool {
	i, err := strconv.Atoi(index)
	return err == nil && i > len(args)
}

var accuracyLoop = regexp.MustCompile(`(?i)\bacc\w*\b.*<|<.*\bacc\w*\b|\bscore\w* *<`)

var kindsOfSize = map[string]bool{"units": true, "filters": true, "epochs": true, "n_estimators": true, "hidden_layer_sizes": true}

func drawn(e pysrc.Expr) bool {
	c, ok := e.(*pysrc.Call)
	return ok && random.MatchString(project.Dotted(c.Func))
}
