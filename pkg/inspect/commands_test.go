package inspect

import (
	"strings"
	"testing"
)

// TestEntryByDocuments holds that of scripts alike the one is the entry that a
// document has a command for.
func TestEntryByDocuments(t *testing.T) {
	const script = sklearnFit + "train([], [])\n"
	for name, test := range map[string]struct{ file, text, want string }{
		"none":                        {"README.md", "Two models, a.py and src/b.py.\n", ""},
		"a fence":                     {"README.md", "## Use\n```sh\n$ pip install -r requirements.txt\n$ python3 -u src/b.py --epochs 3\n```\n", "src/b.py"},
		"an extension in capitals":    {"Readme.MD", "    python src/b.py\n", "src/b.py"},
		"a plain README":              {"readme.txt", "# python src/b.py\n", "src/b.py"},
		"a module":                    {"README.md", "Type `python -m src.b`.\n", "src/b.py"},
		"a module with an extension":  {"README.md", "    python -m src.b.py\n", "src/b.py"},
		"several processes":           {"README.md", "    python -m torch.distributed.launch --nproc_per_node=2 src/b.py\n", "src/b.py"},
		"code":                        {"README.md", "    python -c 'import x' src/b.py a.py\n", ""},
		"a directory that is gone to": {"README.md", "    cd src\n    python b.py\n", "src/b.py"},
		"a sentence":                  {"README.md", "Then run the script `src/b.py`.\n", "src/b.py"},
		"a sentence in Chinese":       {"README.md", "然后运行`src/b.py`。\n", "src/b.py"},
		"a help":                      {"README.md", "    usage: b.py [-h]\n", "src/b.py"},
		"a sentence with a colon":     {"README.md", "Upload this notebook and run it: `src/b.py`\n", "src/b.py"},
		"a sentence with a link":      {"README.md", "Begin by running [b.py](src/b.py).\n", "src/b.py"},
		"what trains, in a sentence":  {"README.md", "The model can be trained using [src/b.py](src/b.py).\n", "src/b.py"},
		"what was trained otherwise":  {"README.md", "The model was trained on a cluster. Data is loaded by `src/b.py` and `a.py`.\n", ""},
		"a directory of another name": {"README.md", "    python ./drn/b.py train\n", "src/b.py"},
		"Windows":                     {"README.md", "Run .\\src\\b.py\n", "src/b.py"},
		"an example":                  {"README.md", "Train the model you want, for example:\n```sh\npython src/b.py\n```\n", ""},
		"after an example":            {"README.md", "Set what you want (e.g. epochs).\n\nThen train the model:\n\n    python src/b.py\n", "src/b.py"},
		"a directory's own document":  {"src/README.md", "    python b.py\n", "src/b.py"},
		"two":                         {"README.md", "    python a.py\n    python src/b.py\n", ""},
		"what it calls the main one":  {"README.md", "    python a.py\n\nThe **entry point** for training is **`src/b.py`**.\n", "src/b.py"},
		"the main one of a list":      {"README.md", "    python a.py\n\n├── a.py       # experiments\n└── b.py       # Main training script\n", "src/b.py"},
		"two main ones":               {"README.md", "- a.py: the main script\n- b.py: the main script\n", ""},
		"what it names alone":         {"README.md", "See [b](src/b.py), not lib-a.py.\n", "src/b.py"},
		"a Makefile":                  {"Makefile", "train:\n\t$(PYTHON_INTERPRETER) src/b.py ${ARGS}\n", "src/b.py"},
		"a shell script":              {"train.sh", "#!/bin/sh\n# python a.py\nnohup python src/b.py > log &\n", "src/b.py"},
		"an image":                    {"Dockerfile", "FROM python\nCMD [\"python\", \"src/b.py\"]\n", "src/b.py"},
		"npm":                         {"package.json", "{\"scripts\": {\"train-model\": \"cd src && python3 b.py\"}}\n", "src/b.py"},
		"DVC":                         {"dvc.yaml", "stages:\n  train:\n    cmd: python src/b.py\n", "src/b.py"},
		"a workflow":                  {".github/workflows/ci.yml", "jobs:\n  x:\n    steps:\n      - run: python src/b.py\n", "src/b.py"},
		"a package's commands":        {"pyproject.toml", "[project.scripts]\nlearn = \"src.b:main\"\n", "src/b.py"},
		"what was put aside":          {"run_old.sh", "python a.py\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := inspected(t, map[string]string{"src/a.py": script, "src/b.py": script, test.file: test.text})
			asks := p.Problem != nil && strings.Contains(*p.Problem, "say which")
			if p.Entry != test.want || asks != (test.want == "") {
				t.Errorf("entry %q, asks %t, want %q", p.Entry, asks, test.want)
			}
		})
	}
}
