package main

import (
	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/store"
)

// hookCommand is what the hook calls when no supervisor lives.
func hookCommand() *cli.Command {
	return &cli.Command{
		Name: "hook", Hidden: true,
		Action: func(c *cli.Context) error { // a commit never fails because of mlhook
			if p, err := openProject(c); err == nil {
				p.revive(c.Context, c.App.ErrWriter)
				p.close()
			}
			startSupervisor(store.UserState())
			return nil
		},
	}
}
