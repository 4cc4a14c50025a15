package notify_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/notify"
)

// server is the far side of a mail: it speaks enough SMTP over a real socket
// and gives back what it was told.
func server(t *testing.T, offer string) (port int, told <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	out := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(3 * time.Second)) // a client that gave up may leave it open
		var all strings.Builder
		lines := bufio.NewScanner(c)
		fmt.Fprint(c, "220 here\r\n")
		for data := false; lines.Scan(); {
			line := lines.Text()
			all.WriteString(line + "\n")
			verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0])
			switch {
			case data && line == ".":
				data = false
				fmt.Fprint(c, "250 taken\r\n")
			case data:
			case verb == "EHLO":
				fmt.Fprintf(c, "250-here\r\n250 %s\r\n", offer)
			case verb == "AUTH":
				fmt.Fprint(c, "235 welcome\r\n")
			case verb == "DATA":
				data = true
				fmt.Fprint(c, "354 go on\r\n")
			case verb == "QUIT":
				fmt.Fprint(c, "221 bye\r\n")
				out <- all.String()
				return
			default:
				fmt.Fprint(c, "250 fine\r\n")
			}
		}
		out <- all.String()
	}()
	return l.Addr().(*net.TCPAddr).Port, out
}

func TestMail(t *testing.T) {
	port, told := server(t, "AUTH PLAIN")
	m := notify.Mail{To: "to@example.org", From: "from@example.org", Host: "127.0.0.1", Port: port, TLS: "none", User: "me", PasswordCommand: "echo secret; echo more"}
	how, err := m.Notify(context.Background(), notify.Message{Title: "digits: reached\r\nBcc: x@example.org", Body: "93 %"})
	if err != nil || how != "mail sent to to@example.org" {
		t.Fatal(how, err)
	}
	got := <-told
	for _, words := range []string{"MAIL FROM:<from@example.org>", "RCPT TO:<to@example.org>", "Subject: [mlhook] digits: reached", "93 %",
		"AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00me\x00secret"))} {
		if !strings.Contains(got, words) {
			t.Errorf("no %q in\n%s", words, got)
		}
	}
	if strings.Contains(got, "\nBcc:") {
		t.Errorf("the title became a header:\n%s", got)
	}
}

func TestMailToSeveral(t *testing.T) {
	port, told := server(t, "8BITMIME")
	m := notify.Mail{To: `"Lab, Vision" <a@example.org>, b@example.org`, Host: "127.0.0.1", Port: port, TLS: "none"}
	if _, err := m.Notify(context.Background(), notify.Message{Title: "t", Body: "b"}); err != nil {
		t.Fatal(err)
	}
	got := <-told
	for _, words := range []string{"MAIL FROM:<a@example.org>", "RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>"} {
		if !strings.Contains(got, words) {
			t.Errorf("no %q in\n%s", words, got)
		}
	}
	m.To = "a@example.org;b@example.org"
	if _, err := m.Notify(context.Background(), notify.Message{}); err == nil || !strings.Contains(err.Error(), "git config mlhook.mail.to") {
		t.Error(err)
	}
}

func TestMailNeedsEncryptionUnlessToldOtherwise(t *testing.T) {
	port, told := server(t, "AUTH PLAIN")
	m := notify.Mail{To: "to@example.org", Host: "127.0.0.1", Port: port, TLS: "starttls", User: "me", PasswordCommand: "echo secret"}
	_, err := m.Notify(context.Background(), notify.Message{Title: "t", Body: "b"})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1") || !strings.Contains(err.Error(), "`git config mlhook.mail.tls none`") {
		t.Errorf("sent without STARTTLS: %v", err)
	}
	if got := <-told; strings.Contains(got, "AUTH") {
		t.Errorf("the password left in the clear:\n%s", got)
	}
}

func TestMailEndsByTheDeadline(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	begun := time.Now()
	m := notify.Mail{To: "a@example.org", Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: "none"}
	if _, err := m.Notify(ctx, notify.Message{Title: "t"}); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}

func TestPasswordCommandThatFails(t *testing.T) {
	for command, words := range map[string]string{"": "git config mlhook.mail.passwordCommand", "exit 1": "passwordCommand"} {
		m := notify.Mail{To: "a@example.org", Host: "127.0.0.1", Port: 1, User: "me", PasswordCommand: command}
		if _, err := m.Notify(context.Background(), notify.Message{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v", command, err)
		}
	}
}

type refusal struct{ error }

func (r refusal) Notify(context.Context, notify.Message) (string, error) { return "told", r.error }

func TestAllGoesOnAfterAnError(t *testing.T) {
	a, b := errors.New("a"), errors.New("b")
	told, err := (notify.All{refusal{a}, refusal{nil}, refusal{b}}).Notify(context.Background(), notify.Message{})
	if told != "told" || !errors.Is(err, a) || !errors.Is(err, b) {
		t.Errorf("%q, %v", told, err)
	}
}

func TestNoDesktopIsAnErrorWhereNothingElseIsSetUp(t *testing.T) {
	away := refusal{notify.ErrNoDesktop}
	if told, err := (notify.All{away, refusal{}}).Notify(context.Background(), notify.Message{}); err != nil || told != notify.ErrNoDesktop.Error()+"; told" {
		t.Errorf("%q, %v", told, err)
	}
	if _, err := (notify.All{away}).Notify(context.Background(), notify.Message{}); err == nil || !strings.Contains(err.Error(), "mlhook.mail.to") {
		t.Errorf("%v", err)
	}
}

// linux also keeps beeep's fallbacks, notify-send and kdialog, out of the way.
func linux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs D-Bus, which only Linux desktops have")
	}
}

func TestNoBusIsEverStarted(t *testing.T) {
	linux(t)
	bin := t.TempDir()
	started := filepath.Join(bin, "started")
	if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte("#!/bin/sh\n: >"+started+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
	if _, err := (notify.Desktop{}).Notify(context.Background(), notify.Message{Title: "t"}); err == nil {
		t.Error("delivered to nobody")
	}
	if _, err := os.Stat(started); err == nil {
		t.Error("dbus-launch was run")
	}
}

func TestMuteBusEndsByTheDeadline(t *testing.T) {
	linux(t)
	socket := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("PATH", t.TempDir())
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)
	begun := time.Now()
	_, err = (notify.Desktop{}).Notify(context.Background(), notify.Message{Title: "t"})
	if took := time.Since(begun); err == nil || took > 7*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

// A real bus carries the call; dbus-monitor, if there, shows what it said.
func TestDesktopOverARealBus(t *testing.T) {
	linux(t)
	for _, name := range []string{"dbus-daemon", "dbus-monitor"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
				t.Fatalf("%s is missing", name)
			}
			t.Skipf("%s is missing", name)
		}
	}
	address := "unix:path=" + filepath.Join(t.TempDir(), "bus")
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1", "--address="+address)
	printed, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { daemon.Process.Kill(); daemon.Wait() }()
	bufio.NewReader(printed).ReadString('\n') // it listens now

	monitor := exec.Command("dbus-monitor", "--address", address, "member='Notify'")
	seen, err := monitor.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := monitor.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { monitor.Process.Kill(); monitor.Wait() }()
	lines := bufio.NewScanner(seen)
	lines.Scan() // it monitors now

	// beeep keeps one connection a process, so the call is another process's.
	caller := exec.Command(os.Args[0], "-test.run=^TestCaller$")
	caller.Env = append(os.Environ(), "MLHOOK_TEST_BUS="+address, "PATH="+t.TempDir())
	if out, err := caller.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	monitor.Process.Signal(os.Interrupt)
	var all bytes.Buffer
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
	}
	for _, words := range []string{`"mlhook"`, `"digits: reached (b)"`, `"93 %"`} {
		if !strings.Contains(all.String(), words) {
			t.Errorf("no %s in\n%s", words, all.String())
		}
	}
}

// TestCaller is the process that TestDesktopOverARealBus starts. No daemon
// answers, so the error is expected; what the bus carried counts.
func TestCaller(t *testing.T) {
	address := os.Getenv("MLHOOK_TEST_BUS")
	if address == "" {
		return // only TestDesktopOverARealBus runs it
	}
	os.Unsetenv("DBUS_SESSION_BUS_ADDRESS")
	d := notify.Desktop{Env: map[string]string{"DBUS_SESSION_BUS_ADDRESS": address}}
	_, err := d.Notify(context.Background(), notify.Message{Title: "--digits: reached <b>", Body: "93 %"})
	t.Log(err)
}
