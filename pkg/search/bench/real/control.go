package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// buildControl makes an mlhook whose book of recipes is worthless, by another
// source file for it, in a directory that the caller removes.
func (o *options) buildControl(ctx context.Context) (dir string, err error) {
	where, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/mlhook/mlhook/pkg/search").Output()
	if err != nil {
		return "", fmt.Errorf("find the recipes' source: %w", err)
	}
	book := filepath.Join(strings.TrimSpace(string(where)), "recipes.go")
	source, err := os.ReadFile(book)
	if err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp("", "bench-"); err != nil {
		return "", err
	}
	other, overlay := filepath.Join(dir, "recipes.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{book: other}})
	err = errors.Join(err, os.WriteFile(other, worthless(source), 0o644), os.WriteFile(overlay, text, 0o644))
	if err == nil {
		o.control = filepath.Join(dir, "mlhook")
		err = compile(ctx, o.control, "-overlay", overlay)
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// setting is a recipe's number.
var setting = regexp.MustCompile(`("[a-z_]+": )([0-9][0-9.e+-]*)`)

// misled are the words of recipes that are led astray.
var misled = strings.NewReplacer(`"relu"`, `"sigmoid"`, `"adam"`, `"sgd"`, `"rbf"`, `"sigmoid"`, `"distance"`, `"uniform"`)

// worthless is the recipes' source with numbers that are up to 30 times as large
// or as small, as chance will have it, and with the words that beginners change.
func worthless(source []byte) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	text := setting.ReplaceAllStringFunc(string(source), func(found string) string {
		parts := setting.FindStringSubmatch(found)
		own, err := strconv.ParseFloat(parts[2], 64)
		if err != nil {
			return found
		}
		drawn := own * math.Pow(30, 2*rng.Float64()-1)
		if own >= 1 {
			drawn = max(1, math.Round(drawn))
		}
		return parts[1] + strconv.FormatFloat(drawn, 'g', 3, 64)
	})
	return []byte(misled.Replace(text))
}
