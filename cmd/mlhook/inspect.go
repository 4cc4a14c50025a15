package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/inspect"
)

func inspectCommand() *cli.Command {
	return &cli.Command{
		Name: "inspect", Usage: "say what mlhook sees in a commit (HEAD without COMMIT), and why; runs nothing", ArgsUsage: "[COMMIT]",
		Description: "--json prints one object:\n\n" + inspect.Document(),
		Flags:       []cli.Flag{jsonFlag},
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			sha, _, err := p.target(c.Context, c.Args().First())
			if err != nil {
				return err
			}
			settings, err := p.settings(c.Context, sha)
			if err != nil {
				return err
			}
			files, err := p.git.Files(c.Context, sha)
			if err != nil {
				return err
			}
			defer files.Close()
			program, err := p.inspect(c.Context, sha, files, settings)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				err = printJSON(c.App.Writer, program)
			} else {
				printProgram(c.App.Writer, program, settings)
			}
			if err == nil && program.Problem != nil {
				return refused("%s", *program.Problem)
			}
			return err
		},
	}
}

// inspect reads a commit that is laid out in files, until it is cancelled.
func (p *project) inspect(ctx context.Context, commit string, files fs.FS, s config.Settings) (*inspect.Program, error) {
	present, absent, err := p.git.Submodules(ctx, commit)
	if err != nil {
		return nil, err
	}
	type result struct {
		program *inspect.Program
		err     error
	}
	done := make(chan result, 1)
	go func() {
		program, err := inspect.Inspect(inspect.Source{
			FS:         files,
			Classify:   func(name string) (string, error) { return p.git.Classify(ctx, name) },
			Touched:    func(names []string) ([]string, error) { return p.git.Touched(ctx, commit, names...) },
			Submodules: present,
			Absent:     absent,
		}, inspect.Hints{Entry: s.Entry, Dir: s.Dir, Args: s.Args, Metric: s.Metric, Data: s.Data, Requirements: s.Requirements})
		done <- result{program, err}
	}()
	select {
	case r := <-done:
		return r.program, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func printProgram(w io.Writer, p *inspect.Program, s config.Settings) {
	if p.Problem != nil {
		return // the error says it
	}
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-13s %s\n", name, value)
		}
	}
	row("entry", p.Entry)
	if p.Dir != "." {
		row("started in", p.Dir)
	}
	row("program", strings.Join(p.Files, ", "))
	row("family", p.Family+" ("+strings.Join(p.Frameworks, ", ")+")")
	row("model", p.Model)
	if p.Metric.Source != "" {
		row("metric", fmt.Sprintf("%s from %s, %s data", p.Metric.Name, p.Metric.Source, p.Metric.Split))
	} // else a hazard says it
	row("requirements", fmt.Sprintf("%s (from %s)", strings.Join(p.Requirements, ", "), p.RequirementsFrom))
	row("resume", "by "+p.Resume)
	for _, d := range p.Data {
		kind := d.Kind
		if d.Mapped != "" { // "missing" would alarm
			kind = "found elsewhere"
		}
		row("data", d.Path+" ("+kind+"): "+d.How)
	}
	for _, text := range p.Why {
		row("why", text)
	}
	for _, text := range p.Hazards {
		row("hazard", text)
	}
	fmt.Fprintf(w, "%d tunables\n", len(p.Tunables))
	for _, t := range p.Tunables {
		domain := fmt.Sprintf("%g to %g", t.Low, t.High)
		if len(t.Choices) > 0 {
			domain = alternatives(t.Choices)
		}
		if t.Role == "components" && t.Value == fmt.Sprint(t.High) {
			domain += " (more may be more than the data has columns)"
		}
		if !s.Allows(t.Kind) {
			domain += " (left alone, see mlhook.allow)"
		}
		fmt.Fprintf(w, "  %-20s %-20s %-12s %s, %s\n", t.Where(), t.Name, cmp.Or(t.Value, "-"), t.Kind, domain)
	}
}

var layerName = regexp.MustCompile(`%NAME\d*%`)

// alternatives writes choices for a person: the empty one leaves the model as it
// is, and a layer that is added gets its name later.
func alternatives(choices []string) string {
	var all []string
	for _, choice := range choices {
		all = append(all, cmp.Or(layerName.ReplaceAllString(choice, "mlhook_*"), "none"))
	}
	return strings.Join(all, " | ")
}
