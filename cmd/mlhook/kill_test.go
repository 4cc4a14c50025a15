//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A kill is one of them, and what the training had done before.
type kill struct {
	victim  string
	writing bool // a checkpoint was left half written
	at      float64
	trained []line  // the epochs' ends in the attempt's history
	since   float64 // when the attempt began to train
	from    int     // the epoch from which the attempt went on
	to      int     // the one from which the next did
}

// A line of a script's history.
type line struct {
	epoch int
	time  float64 // seconds since 1970
}

// own is what the attempt trained by itself, behind its beginning.
func (k kill) own() []line {
	own := []line{{k.from, k.since}}
	for _, l := range k.trained {
		if l.epoch > k.from && l.time > k.since {
			own = append(own, l)
		}
	}
	return own
}

func (k kill) last() line { own := k.own(); return own[len(own)-1] }

// repeated is how many seconds of its training the next attempt trains again,
// those of the epoch that was under way included.
func (k kill) repeated() float64 { return k.at - k.kept().time }

// finished is how many epochs that had ended the next attempt trains again, and
// what they had taken.
func (k kill) finished() (epochs int, seconds float64) {
	return k.last().epoch - k.kept().epoch, k.last().time - k.kept().time
}

// kept is where the next attempt goes on from.
func (k kill) kept() line {
	for _, l := range k.own() {
		if l.epoch >= k.to {
			return l
		}
	}
	return k.last()
}

// report sums the campaign up.
func (c *campaign) report() string {
	text := fmt.Sprintf("%d kills\n", len(c.kills))
	for _, victim := range append(victims, "while writing", "all") {
		var seconds []float64
		epochs := 0
		for _, k := range c.kills {
			if k.victim == victim || victim == "all" || victim == "while writing" && k.writing {
				n, _ := k.finished()
				seconds, epochs = append(seconds, k.repeated()), max(epochs, n)
			}
		}
		if n := len(seconds); n > 0 {
			slices.Sort(seconds)
			text += fmt.Sprintf("%-14s %3d  repeated: median %.2f s, 9 in 10 %.2f s, most %.2f s and %d finished epochs\n",
				victim, n, seconds[n/2], seconds[n*9/10], seconds[n-1], epochs)
		}
	}
	return text
}

// child returns a child of a process, 0 when there is none.
func child(of int) int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		text, _ := os.ReadFile(name) // a process that ended meanwhile
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if of > 0 && len(fields) > 1 && fields[1] == strconv.Itoa(of) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			return pid
		}
	}
	return 0
}
