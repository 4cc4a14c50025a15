package store

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// A test names a file with MLHOOK_CRASH, and may write a plan into it at any
// time: "runner committed 3" makes the next process `mlhook runner` kill itself
// at its third step of that name from then on. The process renames the file to
// FILE.hit first, so a plan comes true once, and leaves the proof there. The
// steps are commit, committed (before and behind a transaction of the journal)
// and rename, renamed (around the moment at which a file gets its new text).
// Without the variable nothing is looked at.
var crash struct {
	sync.Mutex
	plan  string
	steps int
}

// step is where a process may be made to die.
func step(name string) {
	file := os.Getenv("MLHOOK_CRASH")
	if file == "" {
		return
	}
	crash.Lock()
	defer crash.Unlock()
	plan, err := os.ReadFile(file)
	if err != nil || len(os.Args) < 2 || !strings.HasPrefix(string(plan), os.Args[1]+" "+name+" ") {
		return
	}
	if crash.plan != string(plan) {
		crash.plan, crash.steps = string(plan), 0
	}
	crash.steps++
	if crash.plan != fmt.Sprintf("%s %s %d", os.Args[1], name, crash.steps) {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil && os.Rename(file, file+".hit") == nil {
		self.Kill()
		select {} // until the signal is there
	}
}
