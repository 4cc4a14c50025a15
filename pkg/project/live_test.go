package project

import (
	"slices"
	"strings"
	"testing"
)

// What nothing names is left out, and only that: whatever may be found in another
// way than by a name in live code stays.
func TestLive(t *testing.T) {
	const lib = "class Used:\n    def forward(self, x):\n        return helper(x)\nclass Old(Used):\n    pass\nclass Other(Old):\n    pass\ndef helper(x):\n    return x\n" +
		"@register\ndef marked():\n    pass\nif __name__ == '__main__':\n    Old()\n"
	everything := "Old Other Used helper marked"
	for text, want := range map[string]string{
		"import lib\nlib.Used()\n":                                    "Used helper marked",
		"from lib import Used as U\nU()\n":                            "Used helper marked",
		"from lib import Old\n":                                       "marked",
		"from lib import *\nmodels = {'a': Other}\n":                  everything,
		"from lib import *\nmake('Old')\n":                            "Old Used helper marked",
		"from lib import *\nprint(f'{Old()}')\n":                      "Old Used helper marked",
		"from lib import *\n'''Old is no more'''\n":                   "marked",
		"from lib import *\ndef f():\n    return Old()\n":             "marked",
		"from lib import *\ndef f():\n    return Old()\nf()\n":        "Old Used f helper marked",
		"import lib, sys\ngetattr(lib, sys.argv[1])()\n":              everything,
		"import lib, sys\ngetattr(lib, 'Used')()\n":                   "Used helper marked",
		"import lib, sys\nlib.__dict__[sys.argv[1]]()\n":              everything,
		"from lib import *\nglobals()[name]()\n":                      everything,
		"from lib import *\nmodel.eval()\n":                           "marked",
		"import yaml, lib\nyaml.safe_load(open('conf.yaml'))\n":       "Old Used helper marked",
		"from lib import *\nif __name__ == '__main__':\n    Used()\n": "Used helper marked",

		"from lib import *\nname = 'b'\nif name == 'a':\n    Old()\nelif name in ('b', 'c'):\n    Used()\nelse:\n    Other()\n":                                       "Used helper marked",
		"from lib import *\nname = 'd'\nif name == 'a':\n    Old()\nelif name in ('b', 'c'):\n    Other()\nelse:\n    Used()\n":                                       "Used helper marked",
		"from lib import *\nname = input()\nif name == 'a':\n    Used()\nelse:\n    Old()\n":                                                                          "Old Used helper marked",
		"from lib import *\nfor name in 'ab':\n    if name == 'a':\n        Used()\n    else:\n        Old()\n":                                                       "Old Used helper marked",
		"from lib import *\nOLD = False\nif OLD and input():\n    Old()\nif not OLD:\n    Used()\n":                                                                   "Used helper marked",
		"from lib import *\nOLD = False\nif OLD or input():\n    Old()\nelse:\n    Used()\n":                                                                          "Old Used helper marked",
		"from lib import *\ndef make(name='a'):\n    match name:\n        case 'a':\n            return Used()\n        case _:\n            return Old()\nmake()\n":  "Used helper make marked",
		"from lib import *\ndef make(name='a'):\n    if name == 'a':\n        return Used()\n    if name == 'b':\n        return Old()\n    return Other()\nmake()\n": "Used helper make marked",
		"from lib import *\nname = 'a'\ndef make():\n    if input():\n        print()\n    elif name == 'a':\n        return Used()\n    return Old()\nmake()\n":      "Old Used helper make marked",
		"from lib import *\nname = 'a'\ndef make():\n    if name == 'a':\n        print()\n    return Used()\nmake()\n":                                               "Used helper make marked",
		"from lib import *\nname = 'a'\ndef never():\n    if name == 'a':\n        return Used()\n    return Old()\nUsed()\n":                                         "Used helper marked",
		"from lib import *\nname = 'a'\nfor x in range(3):\n    if name == 'a':\n        continue\n    Old()\nUsed()\n":                                               "Used helper marked",
		"from lib import *\ndef make(name='a'):\n    if name != 'a': return Old()\n    return Used()\nmake('a')\nmake('b')\n":                                         "Old Used helper make marked",
		"import lib, yaml\nif yaml.safe_load(open('conf.yaml'))['target'] == 'lib.Used':\n    lib.Other()\n":                                                          "Old Used helper marked",
	} {
		p := open(t, map[string]string{"train.py": text, "lib.py": lib, "conf.yaml": "target: lib.Old\n"})
		program, err := p.Closure("train.py")
		if err != nil {
			t.Fatal(err)
		}
		modules := Modules{}
		for _, m := range program {
			modules[m.Name] = m
		}
		var names []string
		live, all := modules.Live(program)
		for i, m := range live {
			if all[m.Name] != m || strings.Count(string(m.File.Src), "\n") != strings.Count(string(program[i].File.Src), "\n") {
				t.Errorf("%q: %s is another file, or has other lines", text, m.Name)
			}
			for _, d := range m.Defs {
				if d.Name != "forward" {
					names = append(names, d.Name)
				}
			}
			for _, s := range m.scopes {
				if s.class != nil {
					names = append(names, s.class.Name)
				}
			}
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q keeps %q, want %q", text, got, want)
		}
	}
}
