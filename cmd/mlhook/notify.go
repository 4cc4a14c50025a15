package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/notify"
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
			told, err := p.notifier(s, sessionEnv())(c.Context, "mlhook works", "This is how results of "+filepath.Base(p.git.Top)+" are told.")
			if told != "" {
				fmt.Fprintln(c.App.Writer, told)
			}
			return err
		},
	}
}

// notifier tells the user on the desktop and by mail, says how, and always writes
// down what was told.
func (p *project) notifier(s config.Settings, env map[string]string) func(context.Context, string, string) (string, error) {
	all := notify.All{notify.Desktop{Env: env}}
	if s.Mail.To != "" {
		all = append(all, notify.Mail{To: s.Mail.To, From: s.Mail.From, Host: s.Mail.Host, Port: s.Mail.Port,
			User: s.Mail.User, PasswordCommand: s.Mail.PasswordCommand, TLS: s.Mail.TLS})
	}
	return func(ctx context.Context, title, body string) (string, error) {
		if f, err := openLog(filepath.Join(string(p.state), "notifications.log")); err == nil {
			fmt.Fprintf(f, "%s %s\n\t%s\n", time.Now().Format(time.RFC3339), title, body)
			f.Close()
		}
		return all.Notify(ctx, notify.Message{Title: title, Body: body})
	}
}
