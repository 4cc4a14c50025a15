package supervise

import (
	"fmt"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/store"
)

// spare is how much must be free on the disk of the runs before one may train,
// in bytes.
const spare = 1 << 30

// Hold says in a sentence why this machine must not train now; empty when it may.
// The user is told of each sentence, so it holds nothing that changes by itself.
func Hold(state store.State, s config.Settings) string {
	if free, err := free(string(state)); err == nil && free < spare {
		return fmt.Sprintf("the disk of %s has less than the %d MB left that training needs; free some and it goes on by itself", state, spare>>20)
	}
	if s.Battery == "wait" && onBattery() {
		return "the machine runs on battery, and mlhook.battery is wait; it goes on when the mains are back"
	}
	return ""
}
