package inspect

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlhook/mlhook/pkg/project"
)

// TestStarts holds which files scripts/run.py starts as programs. The project has
// train.py, src/a.py and src/b.py.
func TestStarts(t *testing.T) {
	const (
		sub  = "import subprocess, sys\n"
		both = "src/a.py src/b.py"
	)
	for name, test := range map[string]struct{ text, want string }{
		"a list":                   {sub + "subprocess.run([sys.executable, 'train.py', '--epochs', '3'], check=True)\n", "train.py"},
		"a named interpreter":      {sub + "subprocess.call(['python3', '-u', 'src/a.py', '--x', str(1)])\n", "src/a.py"},
		"args by keyword":          {"from subprocess import Popen\nPopen(args=('python', 'train.py'))\n", "train.py"},
		"an interpreter in a path": {sub + "subprocess.run(['.venv/bin/python', 'train.py'])\n", "train.py"},
		"another package manager":  {sub + "subprocess.run(['uv', 'run', 'train.py'])\n", "train.py"},
		"a shell line":             {sub + "subprocess.Popen('python train.py --x', shell=True)\n", "train.py"},
		"a line that is split":     {sub + "import shlex\nsubprocess.run(shlex.split('python train.py --x'))\nsubprocess.run('python src/a.py'.split())\n", "src/a.py train.py"},
		"a line that is joined":    {"import os\nos.system(' '.join(['python', 'train.py']))\n", "train.py"},
		"a shell given a line":     {sub + "subprocess.run(['bash', '-c', 'cd src && python a.py'])\n", "src/a.py"},
		"lines for a shell":        {sub + "for s in 'a', 'b':\n    subprocess.run(['sh', '-c', f'python src/{s}.py'])\n", both},
		"no word":                  {sub + "subprocess.run([])\nsubprocess.run([sys.executable, ''])\nsubprocess.run('')\nexec('')\n", ""},
		"names in a circle":        {sub + "def f():\n    exec(a)\n    subprocess.run(a)\nfor a in a:\n    subprocess.run(a)\na = b\nb = a\n", ""},
		"os.system":                {"import os\nos.system('cd src && python a.py > log')\n", "src/a.py"},
		"os.popen":                 {"import os\nos.popen('python train.py').read()\n", "train.py"},
		"an f-string":              {"import os, sys\nfor n in range(3):\n    os.system(f'{sys.executable} train.py --seed {n}')\n", "train.py"},
		"an f-string of parts":     {"import os\nn = 1\nos.system(f'python train.py --seed {n} '\n          f'--out \"r{n}\"\\n')\n", "train.py"},
		"format":                   {"import os\nfor s in ['a', 'b']:\n    os.system('python src/{}.py --x {}'.format(s, 1))\n", both},
		"percent":                  {"import os\nfor s in ['a', 'b']:\n    os.system('python src/%s.py' % s)\n    os.system('python %s --n %d' % ('train.py', 1))\n", both + " train.py"},
		"a sum":                    {"import os\nscript = 'train'\nos.system('python ' + script + '.py')\n", "train.py"},
		"a module":                 {sub + "subprocess.run([sys.executable, '-m', 'src.a'])\n", "src/a.py"},
		"a module in a line":       {"import os\nos.system('python -m src.a')\n", "src/a.py"},
		"a package":                {"import os\nos.system('python -m tool')\n", "tool/__main__.py"},
		"several processes":        {sub + "subprocess.run([sys.executable, '-m', 'torch.distributed.launch', '--nproc_per_node=2', 'train.py'])\n", "train.py"},
		"runpy by path":            {"import runpy\nrunpy.run_path('train.py', run_name='__main__')\n", "train.py"},
		"runpy by module":          {"import runpy\nrunpy.run_module('src.a', run_name='__main__')\n", "src/a.py"},
		"runpy by another name":    {"from runpy import run_path as go\ngo('train.py')\n", "train.py"},
		"os.execv":                 {"import os, sys\nos.execv(sys.executable, [sys.executable, 'train.py'] + sys.argv[1:])\n", "train.py"},
		"os.execlp":                {"import os\nos.execlp('python', 'python', 'train.py')\n", "train.py"},
		"os.spawnv":                {"import os, sys\nos.spawnv(os.P_WAIT, sys.executable, ['python', 'train.py'])\n", "train.py"},
		"asyncio":                  {"import asyncio, sys\nasync def go():\n    await asyncio.create_subprocess_exec(sys.executable, 'train.py')\n    await asyncio.create_subprocess_shell('python src/a.py')\n", "src/a.py train.py"},
		"exec of a file":           {"exec(open('train.py').read())\n", "train.py"},
		"exec of compiled text":    {"with open('train.py') as f:\n    code = compile(f.read(), 'train.py', 'exec')\nexec(code, {})\n", "train.py"},
		"exec of a path":           {"from pathlib import Path\nexec(Path('train.py').read_text())\n", "train.py"},
		"beside the runner":        {sub + "import os\nHERE = os.path.dirname(os.path.abspath(__file__))\nsubprocess.run([sys.executable, os.path.join(HERE, '..', 'src', 'a.py')])\n", "src/a.py"},
		"from the root":            {sub + "from pathlib import Path\nROOT = Path(__file__).resolve().parents[1]\nsubprocess.run([sys.executable, str(ROOT / 'src' / 'a.py')], cwd=ROOT)\n", "src/a.py"},
		"in a directory":           {sub + "subprocess.run([sys.executable, 'a.py'], cwd='src')\n", "src/a.py"},
		"a command with a name":    {sub + "cmd = [sys.executable, 'train.py']\nif len(sys.argv) > 1:\n    cmd.append('--fast')\nsubprocess.run(cmd)\n", "train.py"},
		"a function":               {sub + "def run(script, what):\n    subprocess.run([sys.executable, script])\ndef main():\n    run('src/a.py', 'A')\n    run('src/b.py', 'B')\nmain()\n", both},
		"a function for commands":  {sub + "def run(cmd):\n    return subprocess.run(cmd)\nrun(['python', 'src/a.py'])\nrun(['python', 'src/b.py'])\n", both},
		"a loop":                   {sub + "for script in ['src/a.py', 'src/b.py']:\n    subprocess.run([sys.executable, script])\n", both},
		"a loop over a constant":   {sub + "SCRIPTS = ('a.py', 'b.py')\nfor i, script in enumerate(SCRIPTS):\n    path = f'src/{script}'\n    subprocess.run([sys.executable, path])\n", both},
		"a loop over tuples":       {sub + "def run(path, text):\n    subprocess.run([sys.executable, path])\nsteps = [('src/a.py', 'A'), ('src/b.py', 'B')]\nfor path, text in steps:\n    run(path, text)\n", both},
		"a loop over dicts":        {sub + "for step in [{'name': 'A', 'script': 'src/a.py'}, {'name': 'B', 'script': 'src/b.py'}]:\n    subprocess.run([sys.executable, step['script']])\n", both},
		"a loop over a dict":       {sub + "for name, script in {'A': 'src/a.py', 'B': 'src/b.py'}.items():\n    subprocess.run([sys.executable, script])\n", both},
		"a loop over commands":     {sub + "for cmd in ['python src/a.py', 'python src/b.py']:\n    subprocess.run(cmd, shell=True)\n", both},
		"a loop over zip":          {sub + "for n, script in zip([1, 2], ['src/a.py', 'src/b.py']):\n    subprocess.run([sys.executable, script, str(n)])\n", both},
		"a comprehension":          {sub + "[subprocess.Popen([sys.executable, s]) for s in ('src/a.py', 'src/b.py')]\n", both},
		"a choice":                 {sub + "SCRIPTS = {'a': 'src/a.py', 'b': 'src/b.py'}\nsubprocess.run([sys.executable, SCRIPTS[sys.argv[1]]])\n", both},
		"either":                   {sub + "subprocess.run([sys.executable, 'src/a.py' if len(sys.argv) > 1 else 'src/b.py'])\n", both},
		"a class":                  {sub + "class Runner:\n    script = 'train.py'\n    def run(self):\n        subprocess.run([sys.executable, self.script])\n", "train.py"},
		"a notebook":               {"import papermill as pm\npm.execute_notebook('nb.ipynb', 'out.ipynb')\n", "nb.ipynb"},
		"its own file":             {sub + "subprocess.run([sys.executable, __file__])\n", ""},
		"another program":          {sub + "subprocess.run(['git', 'add', 'train.py'])\nsubprocess.run(['black', 'train.py'])\nsubprocess.run([sys.executable, '-m', 'pylint', 'train.py'])\nsubprocess.run(['cp', 'train.py', 'x'])\n", ""},
		"code on the line":         {sub + "subprocess.run([sys.executable, '-c', 'print(1)', 'train.py'])\n", ""},
		"what is not there":        {sub + "subprocess.run([sys.executable, 'no.py'])\n", ""},
		"another's run":            {"import wandb\nwandb.run(['python', 'train.py'])\nimport numpy.exec as exec\nexec(open('train.py'))\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			for file, text := range map[string]string{"scripts/run.py": test.text, "train.py": "", "src/a.py": "", "src/b.py": "", "tool/__main__.py": "", "nb.ipynb": cells("")} {
				files[file] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			p, err := project.New(files, known)
			if err != nil {
				t.Fatal(err)
			}
			seen, err := p.Glance(nil)
			if err != nil {
				t.Fatal(err)
			}
			by, err := startedBy(p, []string{"train.py", "src/a.py", "src/b.py", "tool/__main__.py", "nb.ipynb", "scripts/run.py"}, seen)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for file := range by {
				got = append(got, file)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != test.want {
				t.Errorf("starts %q, want %q", got, test.want)
			}
		})
	}
}
