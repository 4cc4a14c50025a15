package project

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// reads parses train.py of a project and lists the configuration files that it reads.
func reads(t *testing.T, args []string, files map[string]string) (*Module, Modules, []string) {
	t.Helper()
	p := open(t, files)
	p.Args = args
	m, err := p.Module("train.py")
	if err != nil {
		t.Fatal(err)
	}
	modules := Modules{"train.py": m}
	var names []string
	for _, c := range modules.Configs([]*Module{m}) {
		names = append(names, c.Name)
	}
	return m, modules, names
}

// Whatever reads a configuration, its file belongs to the program.
func TestConfigs(t *testing.T) {
	for text, want := range map[string]string{
		"import configparser\ncp = configparser.ConfigParser()\ncp.read('a.ini')\n":                                                 "a.ini",
		"from configparser import ConfigParser\ncp = ConfigParser()\ncp.read(['b.cfg', 'conf/c.ini'])\n":                            "b.cfg conf/c.ini",
		"from dotenv import load_dotenv\nload_dotenv()\n":                                                                           ".env",
		"from dotenv import dotenv_values\ndotenv_values(dotenv_path='conf/prod.env')\n":                                            "conf/prod.env",
		"import yaml\nyaml.safe_load(open('conf/config.yaml'))\n":                                                                   "conf/config.yaml",
		"import hydra\n@hydra.main(config_path='conf', config_name='config')\ndef main(cfg):\n    pass\nmain()\n":                   "conf/base.yaml conf/config.yaml conf/model/cnn.yaml conf/model/parts/head.yaml",
		"from hydra import compose, initialize\nwith initialize(config_path='conf'):\n    cfg = compose(config_name='base.yaml')\n": "conf/base.yaml",
		"f = open('notes.txt')\nf.read('a.ini')\n":                                                                                  "",
	} {
		_, _, names := reads(t, nil, map[string]string{
			"train.py": text, "a.ini": "[a]\nb = 1\n", "b.cfg": "", "conf/c.ini": "", ".env": "LR=1\n", "conf/prod.env": "",
			"conf/config.yaml":           "defaults:\n  - base\n  - model: cnn\n  - override hydra/job_logging: disabled\n  - _self_\n",
			"conf/base.yaml":             "lr: 1\n",
			"conf/model/cnn.yaml":        "defaults:\n  - parts: head\n",
			"conf/model/mlp.yaml":        "",
			"conf/model/parts/head.yaml": "",
		})
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q reads %q, want %q", text, got, want)
		}
	}
}

// A value of Hydra is that of the file that gives it; one that two files give, or
// the command line, is not known.
func TestComposed(t *testing.T) {
	const text = "import hydra\n@hydra.main(config_path='conf', config_name='config')\n" +
		"def main(cfg):\n    use(cfg.lr, cfg.model.width, cfg['model']['name'], cfg.seed, cfg.data.rows, cfg.trainer.epochs)\nmain()\n"
	files := map[string]string{
		"train.py":              text,
		"conf/config.yaml":      "defaults:\n  - model: mlp\n  - optional data: small\n  - trainer: long\n  - _self_\nlr: 0.1\nseed: 1\nmodel:\n  name: mine\n",
		"conf/model/mlp.yaml":   "name: mlp\nwidth: 32\n",
		"conf/data/small.yaml":  "# @package _global_\ndata:\n  rows: 100\n",
		"conf/trainer/long.yml": "",
	}
	for args, want := range map[string][]string{
		"":                    {"config.yaml 0.1", "mlp.yaml 32", "", "config.yaml 1", "small.yaml 100", ""},
		"lr=1 +model.width=3": {"", "", "", "config.yaml 1", "small.yaml 100", ""},
	} {
		m, modules, _ := reads(t, strings.Fields(args), files)
		use := m.Calls[slices.IndexFunc(m.Calls, func(c *pysrc.Call) bool { return LastName(c.Func) == "use" })]
		for i, e := range use.Args {
			got := ""
			if at, ok := m.Value(e, modules).Literal(); ok {
				got = strings.TrimPrefix(at.File()[strings.LastIndexByte(at.File(), '/')+1:]+" "+at.Text, " ")
			}
			if got != want[i] {
				t.Errorf("%q: %s is %q, want %q", args, m.File.Text(e), got, want[i])
			}
		}
	}
}
