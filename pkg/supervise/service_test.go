package supervise

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const wantUnit = "# Written by `mlhook install --service`; `mlhook uninstall` removes it.\n" + `[Unit]
Description=mlhook trains after every git commit
Documentation=https://github.com/mlhook/mlhook

[Service]
Type=simple
ExecStart="/home/a b/100%%/mlhook" supervise
Environment="DOCKER_HOST=unix:///run/user/1000/docker.sock"
Environment="PATH=/opt/$x/\"bin\":/usr/bin"
KillMode=process
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`

const wantPlist = `<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by mlhook install with its option service; mlhook uninstall removes it. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>io.mlhook.supervise</string>
	<key>ProgramArguments</key>
	<array>
		<string>/Users/a &amp; b/mlhook</string>
		<string>supervise</string>
	</array>
	<key>EnvironmentVariables</key>
	<dict>
		<key>PATH</key>
		<string>/usr/bin</string>
	</dict>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>AbandonProcessGroup</key>
	<true/>
	<key>ProcessType</key>
	<string>Background</string>
</dict>
</plist>
`

var sessionOf = []string{`PATH=/opt/$x/"bin":/usr/bin`, "DOCKER_HOST=unix:///run/user/1000/docker.sock"}

func TestUnit(t *testing.T) {
	if diff := cmp.Diff(wantUnit, unit("/home/a b/100%/mlhook", sessionOf)); diff != "" {
		t.Error(diff)
	}
}

func TestPlist(t *testing.T) {
	got := plist("/Users/a & b/mlhook", []string{"PATH=/usr/bin"})
	if diff := cmp.Diff(wantPlist, got); diff != "" {
		t.Error(diff)
	}
	for d := xml.NewDecoder(strings.NewReader(got)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// systemd itself reads the unit, also with a path that needs quoting.
func TestUnitIsVerified(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is missing")
	}
	for _, name := range []string{"plain", "a b", "100%", "dol$lar"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		binary, file := filepath.Join(dir, "mlhook"), filepath.Join(t.TempDir(), unitName)
		for path, text := range map[string]string{binary: "#!/bin/sh\n", file: unit(binary, sessionOf)} {
			if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		os.Chmod(file, 0o644)
		verify := exec.Command("systemd-analyze", "--user", "verify", file)
		verify.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir) // there need not be a session
		if out, err := verify.CombinedOutput(); err != nil || strings.Contains(string(out), unitName) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestServiceComesAndGoes(t *testing.T) {
	for goos, want := range map[string]string{
		"linux":  "systemctl --user daemon-reload; systemctl --user start mlhook.service; systemctl --user daemon-reload",
		"darwin": "launchctl load -w FILE; launchctl start io.mlhook.supervise; launchctl unload -w FILE",
	} {
		t.Run(goos, func(t *testing.T) {
			home := t.TempDir()
			s, err := ServiceHere(goos, home, filepath.Join(home, ".config"))
			if err != nil {
				t.Fatal(err)
			}
			var called []string
			s.run = func(name string, args ...string) error {
				called = append(called, strings.ReplaceAll(name+" "+strings.Join(args, " "), s.File, "FILE"))
				return nil
			}
			if s.Installed() {
				t.Error("installed before")
			}
			for range 2 { // the second time is an upgrade
				called = nil
				if enabled, err := s.Install("/bin/mlhook", nil); enabled != nil || err != nil || !s.Installed() {
					t.Fatal(enabled, err)
				}
			}
			if err := errors.Join(s.Start(), s.Remove(), s.Remove()); err != nil || s.Installed() {
				t.Error(err)
			}
			if got := strings.Join(called, "; "); got != want {
				t.Errorf("called %s", got)
			}
			left := 0
			filepath.WalkDir(home, func(_ string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					left++
				}
				return nil
			})
			if left > 0 {
				t.Errorf("%d files stayed", left)
			}
		})
	}
	s, err := ServiceHere("linux", t.TempDir(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Install(`/quo"te/mlhook`, nil); err == nil || s.Installed() {
		t.Error("a unit that systemd refuses was written")
	}
	if _, err := ServiceHere("windows", "", ""); err == nil {
		t.Error("a service for windows?")
	}
}
