package supervise

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/store"
)

// A Service starts the supervisor after login: a systemd user unit or a launchd
// agent. Its zero value is of no use; see ServiceHere.
type Service struct {
	Kind string // "systemd", "launchd"
	File string // of the unit or agent
	// run runs a control program within a time limit.
	run func(name string, args ...string) error
}

const (
	unitName  = "mlhook.service"
	agentName = "io.mlhook.supervise"
)

// ServiceHere is the service of this system and user. home and config are the
// user's home and configuration directories.
func ServiceHere(goos, home, config string) (Service, error) {
	switch goos {
	case "linux":
		return Service{"systemd", filepath.Join(config, "systemd", "user", unitName), control}, nil
	case "darwin":
		return Service{"launchd", filepath.Join(home, "Library", "LaunchAgents", agentName+".plist"), control}, nil
	}
	return Service{}, fmt.Errorf("there is no service to write on %s; the next commit or command starts the supervisor", goos)
}

// controlLimit is how long systemctl or launchctl may take.
const controlLimit = 3 * time.Second

func control(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	timer := time.AfterFunc(controlLimit, func() {
		if cmd.Process != nil {
			cmd.Process.Kill()
		}
	})
	defer timer.Stop()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Installed tells whether the service's file is there.
func (s Service) Installed() bool {
	_, err := os.Stat(s.File)
	return err == nil
}

// Install writes the file and switches the service on for the next logins. A
// supervisor that runs already is left alone. env is what the supervisor needs
// of this session, "NAME=VALUE". enabled is nil when the service manager took
// it, else why it did not: the file is there, and switched on by hand.
func (s Service) Install(binary string, env []string) (enabled, err error) {
	if strings.ContainsAny(binary, "\"'\\\n") {
		return nil, fmt.Errorf("%q has a quote or a backslash, which systemd does not start; move the program", binary)
	}
	text := unit(binary, env)
	if s.Kind == "launchd" {
		text = plist(binary, env)
	}
	if err := os.MkdirAll(filepath.Dir(s.File), 0o755); err != nil {
		return nil, fmt.Errorf("install the service: %w", err)
	}
	if err := store.WriteFile(s.File, []byte(text)); err != nil {
		return nil, fmt.Errorf("install the service: %w", err)
	}
	if s.Kind == "launchd" {
		return s.run("launchctl", "load", "-w", s.File), nil
	}
	return s.enable(), nil
}

// enable makes the link that systemctl makes, which needs no user manager: on
// a machine without a session bus the next login finds it.
func (s Service) enable() error {
	link := s.link()
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(s.File, link); err != nil && !os.IsExist(err) {
		return err
	}
	return s.run("systemctl", "--user", "daemon-reload")
}

func (s Service) link() string {
	return filepath.Join(filepath.Dir(s.File), "default.target.wants", unitName)
}

// Start starts the supervisor by the service manager, which keeps it, and the
// runners, out of the terminal's control group. An error means that it has to
// be started otherwise.
func (s Service) Start() error {
	if s.Kind == "launchd" {
		return s.run("launchctl", "start", agentName)
	}
	return s.run("systemctl", "--user", "start", unitName)
}

// Remove takes the service away. Runners and the supervisor that it started
// stay as they are.
func (s Service) Remove() error {
	if !s.Installed() {
		return nil
	}
	if s.Kind == "launchd" {
		s.run("launchctl", "unload", "-w", s.File) // no manager answers outside a login
		return os.Remove(s.File)
	}
	if err := os.Remove(s.link()); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Remove(s.File); err != nil {
		return err
	}
	s.run("systemctl", "--user", "daemon-reload") // none answers without a session
	return nil
}

// unit is the systemd user unit. Only the supervisor is the unit's process:
// runners and agents outlive its restarts.
func unit(binary string, env []string) string {
	var b strings.Builder
	b.WriteString("# Written by `mlhook install --service`; `mlhook uninstall` removes it.\n" +
		"[Unit]\nDescription=mlhook trains after every git commit\nDocumentation=https://github.com/mlhook/mlhook\n\n[Service]\nType=simple\n")
	fmt.Fprintf(&b, "ExecStart=%s supervise\n", systemdQuote(binary))
	for _, pair := range slices.Sorted(slices.Values(env)) {
		fmt.Fprintf(&b, "Environment=%s\n", systemdQuote(pair))
	}
	b.WriteString("KillMode=process\nRestart=on-failure\nRestartSec=5\n\n[Install]\nWantedBy=default.target\n")
	return b.String()
}

// systemdQuote makes one word of a unit file, where specifiers and escapes are
// taken literally. Neither a program's path nor Environment= knows variables.
func systemdQuote(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "\n", `\n`).Replace(word) + `"`
}

// plist is the launchd agent.
func plist(binary string, env []string) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<!-- Written by mlhook install with its option service; mlhook uninstall removes it. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + agentName + `</string>
	<key>ProgramArguments</key>
	<array>
		<string>` + escaped(binary) + `</string>
		<string>supervise</string>
	</array>
	<key>EnvironmentVariables</key>
	<dict>
`)
	for _, pair := range slices.Sorted(slices.Values(env)) {
		name, value, _ := strings.Cut(pair, "=")
		fmt.Fprintf(&b, "\t\t<key>%s</key>\n\t\t<string>%s</string>\n", escaped(name), escaped(value))
	}
	b.WriteString(`	</dict>
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
`)
	return b.String()
}

func escaped(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}
