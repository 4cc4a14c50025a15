// Package notify tells the user how a run ended: on the desktop and by mail.
// Everything here ends by a deadline and nothing asks back.
package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode"

	"github.com/gen2brain/beeep"
	"github.com/wneessen/go-mail"
)

// A Message is what the user gets to read.
type Message struct {
	Title string
	Body  string
}

// A Notifier delivers a message and says how, or why it could not.
type Notifier interface {
	Notify(ctx context.Context, m Message) (told string, err error)
}

// ErrNoDesktop is what a machine that nobody sits at gives, say a server.
var ErrNoDesktop = errors.New("no desktop session to notify (DBUS_SESSION_BUS_ADDRESS is not set)")

// ErrMail is a mail that could not be sent. It may be later, say by a server that was down.
var ErrMail = errors.New("mail")

// All sends to every notifier and joins what they say. A desktop that is not
// there is an error only where nothing else is set up.
type All []Notifier

func (a All) Notify(ctx context.Context, m Message) (string, error) {
	var told []string
	var errs []error
	for _, n := range a {
		how, err := n.Notify(ctx, m)
		switch {
		case err == nil:
			told = append(told, how)
		case !errors.Is(err, ErrNoDesktop):
			errs = append(errs, err)
		case len(a) > 1:
			told = append(told, err.Error())
		default:
			errs = append(errs, fmt.Errorf("%w; to be told by mail use `git config mlhook.mail.to ADDRESS` and `git config mlhook.mail.host HOST`", err))
		}
	}
	return strings.Join(told, "; "), errors.Join(errs...)
}

// Desktop shows a notification. Env is the environment of the user's desktop
// session, which a background process lacks: DISPLAY, DBUS_SESSION_BUS_ADDRESS ...
type Desktop struct {
	Env map[string]string
}

// desktopDeadline bounds beeep, which has none: a bus that accepts and never
// answers would block for ever.
const desktopDeadline = 5 * time.Second

func (d Desktop) Notify(ctx context.Context, m Message) (string, error) {
	for name, value := range d.Env {
		if os.Getenv(name) == "" {
			os.Setenv(name, value)
		}
	}
	// Without an address godbus would start a bus of its own.
	if runtime.GOOS == "linux" && !hasBus() {
		return "", ErrNoDesktop
	}
	beeep.AppName = "mlhook"
	done := make(chan error, 1)
	go func() { done <- beeep.Notify(clean(m.Title, 100), clean(m.Body, 300), "") }()
	select {
	case err := <-done:
		if err != nil {
			return "", fmt.Errorf("desktop notification: %w", err)
		}
		return "shown on the desktop", nil
	case <-time.After(desktopDeadline):
		return "", fmt.Errorf("the desktop did not take the notification in %v", desktopDeadline)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// hasBus finds the session bus, and names the usual socket when the variable is missing.
func hasBus() bool {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return !strings.HasPrefix(address, "autolaunch:")
	}
	socket := filepath.Join(fmt.Sprintf("/run/user/%d", os.Getuid()), "bus")
	if info, err := os.Stat(socket); err != nil || info.Mode()&os.ModeSocket == 0 {
		return false
	}
	return os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket) == nil
}

// clean makes text safe for every way a desktop takes it: no option, no
// markup, no control characters, not endless.
func clean(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r):
			return ' '
		case r == '<':
			return '('
		case r == '>':
			return ')'
		case r == '&':
			return '+'
		}
		return r
	}, text)
	text = strings.TrimLeft(text, "- ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return text
}

// Mail sends a message through an SMTP server.
type Mail struct {
	To               string // addresses, with commas between them
	From, Host, User string
	Port             int
	PasswordCommand  string // run by sh; the first line it prints is the password
	TLS              string // "starttls", "tls", "none"
}

const mailDeadline = 30 * time.Second

func (m Mail) Notify(ctx context.Context, msg Message) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, mailDeadline)
	defer cancel()
	// A server that accepts and says nothing is not bound by go-mail's context.
	done := make(chan error, 1)
	go func() { done <- m.send(ctx, msg) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("%w to %s through %s: %w", ErrMail, m.To, net.JoinHostPort(m.Host, fmt.Sprint(m.Port)), err)
	}
	return "mail sent to " + m.To, nil
}

func (m Mail) send(ctx context.Context, msg Message) error {
	to, err := netmail.ParseAddressList(m.To)
	if err != nil {
		return fmt.Errorf("git config mlhook.mail.to: %w; name an address, or several with commas between them", err)
	}
	letter := mail.NewMsg()
	if err := letter.From(cmp.Or(m.From, to[0].String())); err != nil {
		return fmt.Errorf("git config mlhook.mail.from: %w", err)
	}
	for _, a := range to {
		if err := letter.AddToFormat(a.Name, a.Address); err != nil {
			return err
		}
	}
	letter.Subject("[mlhook] " + strings.Join(strings.Fields(clean(msg.Title, 200)), " "))
	letter.SetDate()
	letter.SetMessageID()
	letter.SetBodyString(mail.TypeTextPlain, msg.Body+"\n")
	options := []mail.Option{mail.WithPort(m.Port), mail.WithTimeout(mailDeadline)}
	switch m.TLS {
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.User != "" {
		password, err := m.password(ctx)
		if err != nil {
			return err
		}
		auth := mail.SMTPAuthAutoDiscover
		if m.TLS == "none" {
			auth = mail.SMTPAuthPlainNoEnc
		}
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(m.User), mail.WithPassword(password))
	}
	client, err := mail.NewClient(m.Host, options...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, letter)
	if err != nil && strings.Contains(err.Error(), "does not support STARTTLS") { // go-mail names no error for it
		return errors.New("the server does not encrypt (no STARTTLS); `git config mlhook.mail.tls none` sends mail and password in the clear, as to a server on this machine; `git config mlhook.mail.tls tls` encrypts from the start, mostly on port 465")
	}
	return err
}

// password asks the user's command; a detached process has no one to ask.
func (m Mail) password(ctx context.Context) (string, error) {
	if m.PasswordCommand == "" {
		return "", errors.New("a password is needed; set `git config mlhook.mail.passwordCommand COMMAND`")
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", m.PasswordCommand)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("mlhook.mail.passwordCommand: %w", err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return first, nil
}
