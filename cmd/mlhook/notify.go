package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/notify"
	"github.com/mlhook/mlhook/pkg/store"
)

func notifyCommand() *cli.Command {
	return &cli.Command{
		Name: "notify", Usage: "send a test notification the way results are told",
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			s, err := p.machine(c.Context)
			if err != nil {
				return err
			}
			told, err := p.notifier(s, sessionEnv())(c.Context, store.Message{Title: "mlhook works", Body: "This is how results of " + filepath.Base(p.git.Top) + " are told."})
			if told != "" {
				fmt.Fprintln(c.App.Writer, told)
			}
			return err
		},
	}
}

// notifier tells the user on the desktop and by mail, says how, and always writes
// down what was told. What is told again is so by mail only.
func (p *project) notifier(s config.Settings, env map[string]string) func(context.Context, store.Message) (string, error) {
	desktop, letter := notify.All{notify.Desktop{Env: env}}, notify.All{}
	if s.Mail.To != "" {
		letter = append(letter, notify.Mail{To: s.Mail.To, From: s.Mail.From, Host: s.Mail.Host, Port: s.Mail.Port,
			User: s.Mail.User, PasswordCommand: s.Mail.PasswordCommand, TLS: s.Mail.TLS})
	}
	return func(ctx context.Context, m store.Message) (string, error) {
		message := notify.Message{Title: m.Title, Body: m.Body}
		if m.Failed > 0 {
			return letter.Notify(ctx, message)
		}
		if f, err := openLog(filepath.Join(string(p.state), "notifications.log")); err == nil {
			fmt.Fprintf(f, "%s %s\n\t%s\n", time.Now().Format(time.RFC3339), m.Title, m.Body)
			f.Close()
		}
		return append(desktop, letter...).Notify(ctx, message)
	}
}
