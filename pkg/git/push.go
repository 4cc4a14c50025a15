package git

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mlhook/mlhook/pkg/run"
)

// pushTimeout bounds one push, with the user's hook.
const pushTimeout = 30 * time.Minute

// silent keeps every asker of passwords from asking, whatever the user's
// terminal exported.
var silent = []string{"GIT_ASKPASS=", "SSH_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never"}

// Push sends exactly this commit to the branch of its remote: no prompt, no
// force, the user's pre-push hook respected. PushWaiting means that the remote
// could not be reached and that a later push may work.
func (r *Repo) Push(ctx context.Context, commit, branch string) (run.Push, string) {
	return r.push(ctx, commit, branch, pushTimeout)
}

func (r *Repo) push(ctx context.Context, commit, branch string, limit time.Duration) (run.Push, string) {
	if branch == "" {
		return run.PushOff, "HEAD is detached, or the commit was named: there is no branch to push"
	}
	if strings.ContainsRune(branch, utf8.RuneError) { // what is no UTF-8 does not come through the journal
		return run.PushRefused, "the name of the branch is not UTF-8: `git push` it by hand"
	}
	remote, err := r.remote(ctx, branch)
	if err != nil {
		return run.PushWaiting, fmt.Sprintf("cannot ask for the remote (%v)", err)
	}
	if remote == "" {
		return run.PushOff, "no remote; add one with `git remote add origin URL`"
	}
	ref := r.destination(ctx, remote, branch)
	to := spoken(remote) + "/" + strings.TrimPrefix(ref, "refs/heads/")
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := r.exec(ctx, slices.Concat(r.Session, silent, r.sshCommand(ctx)), nil, slices.Concat([]string{
		"-c", "core.askPass=", "-c", "credential.interactive=false",
		"-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30"}, r.unmirrored(ctx, remote),
		[]string{"push", "--porcelain", "--no-follow-tags", remote, commit + ":" + ref}))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return run.PushRefused, fmt.Sprintf("%s: the push was given up after %.0f minutes; try `git push` by hand", to, limit.Minutes())
	case errors.Is(err, context.Canceled):
		return run.PushWaiting, to + ": the push was interrupted"
	}
	state, reason := classify(ref, to, out, err)
	if state == run.PushRefused && strings.Contains(reason, "(non-fast-forward)") {
		return r.behind(ctx, to, branch, commit, reason)
	}
	return state, reason
}

// unmirrored are the options for a remote that is set up as a mirror, whose pushes
// take no ref and delete what is not here.
func (r *Repo) unmirrored(ctx context.Context, remote string) []string {
	key := "remote." + remote + ".mirror"
	if out, err := r.run(ctx, "config", "--type=bool", "--get", key); err != nil || strings.TrimSpace(out) != "true" {
		return nil
	}
	return []string{"-c", key + "=false"}
}

// behind says what a commit that is no successor of the remote's is to it: older,
// or made of it by an amend or rebase; else the reason stays.
func (r *Repo) behind(ctx context.Context, to, branch, commit, reason string) (run.Push, string) {
	out, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "refs/remotes/"+to)
	if err != nil {
		return run.PushRefused, reason
	}
	held := strings.TrimSpace(out)
	if older, err := r.Descends(ctx, commit, held); err == nil && older {
		return run.PushDone, to + ", which has newer commits too"
	}
	stood, err := r.run(ctx, "rev-list", "--walk-reflogs", "refs/heads/"+branch)
	if err != nil || !slices.Contains(strings.Fields(stood), held) {
		return run.PushRefused, reason
	}
	if still, err := r.Descends(ctx, held, "refs/heads/"+branch); err == nil && !still {
		reason = fmt.Sprintf("%s holds %.10s, which was on this branch until you amended or rebased it; `git push --force-with-lease` replaces it", to, held)
	}
	return run.PushRefused, reason
}

// loginWords are how git and ssh say that a login is missing or not allowed.
var loginWords = []string{"Authentication failed", "could not read Username", "could not read Password", "Permission denied",
	"Host key verification failed", "returned error: 403"}

// classify reads the porcelain lines, not words on stderr, which hooks can
// print as well.
func classify(ref, to, out string, err error) (run.Push, string) {
	for _, line := range strings.Split(out, "\n") {
		fields := strings.SplitN(line, "\t", 3)
		if len(fields) < 3 || !strings.HasSuffix(fields[1], ":"+ref) {
			continue
		}
		switch fields[0] {
		case "!":
			switch {
			case strings.HasPrefix(fields[2], "[rejected]"):
				return run.PushRefused, fmt.Sprintf("%s: %s; pull or rebase, then push yourself", to, fields[2])
			case strings.HasPrefix(fields[2], "[remote failure]"):
				return run.PushWaiting, fmt.Sprintf("%s: %s", to, fields[2])
			}
			return run.PushRefused, fmt.Sprintf("%s: %s; the remote does not take this commit, see `git push`", to, fields[2])
		case " ", "*", "+", "=":
			if err == nil {
				return run.PushDone, to
			}
		}
	}
	if err == nil {
		return run.PushDone, to
	}
	var failed *Error
	text := err.Error()
	if errors.As(err, &failed) && strings.TrimSpace(failed.Stderr) != "" {
		text = strings.TrimSpace(failed.Stderr)
	}
	for _, word := range loginWords {
		if strings.Contains(text, word) {
			return run.PushRefused, fmt.Sprintf("%s: the remote wants a login that works without a question; try `git push` by hand (%s)", to, lastLine(text))
		}
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return run.PushRefused, fmt.Sprintf("%s: %s", to, lastLine(text)) // a pre-push hook, say
	}
	return run.PushWaiting, fmt.Sprintf("%s cannot be reached (%s)", to, lastLine(text))
}

// lastLine is what was said last, by git or by a hook before git said that the
// push failed.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := len(lines) - 1; last > 0 && strings.HasPrefix(lines[last], "error: failed to push some refs") {
		lines = lines[:last]
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "fatal: ") {
			return strings.TrimPrefix(line, "fatal: ")
		}
	}
	return lines[len(lines)-1]
}

// remote picks the remote of a branch as `git push` would.
func (r *Repo) remote(ctx context.Context, branch string) (string, error) {
	for _, key := range []string{"branch." + branch + ".pushRemote", "remote.pushDefault", "branch." + branch + ".remote"} {
		if out, err := r.run(ctx, "config", "--get", key); err == nil && strings.TrimSpace(out) != "." {
			return strings.TrimSpace(out), nil
		}
	}
	out, err := r.run(ctx, "remote")
	if err != nil {
		return "", err
	}
	remotes := strings.Fields(out)
	for _, name := range remotes {
		if name == "origin" || len(remotes) == 1 {
			return name, nil
		}
	}
	return "", nil
}

// destination is where `git push` would put a branch: at the ref that remote.X.push
// names, as with Gerrit, or at its upstream where push.default says so.
func (r *Repo) destination(ctx context.Context, remote, branch string) string {
	get := func(args ...string) string {
		out, _ := r.run(ctx, args...) // fails where nothing is set
		return strings.TrimSpace(out)
	}
	if ref := get("for-each-ref", "--format=%(push:remoteref)", "refs/heads/"+branch); ref != "" {
		return ref
	}
	for spec := range strings.Lines(get("config", "--get-all", "remote."+remote+".push")) {
		if ref, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(spec, "+")), "HEAD:refs/"); ok {
			return "refs/" + ref
		}
	}
	key := "branch." + branch
	if get("config", "--get", "push.default") == "upstream" && get("config", "--get", key+".remote") == remote {
		if ref := get("config", "--get", key+".merge"); ref != "" {
			return ref
		}
	}
	return "refs/heads/" + branch
}

// spoken is a remote as it may be written down: without the login of a URL.
func spoken(remote string) string {
	scheme, rest, ok := strings.Cut(remote, "://")
	if !ok {
		return remote
	}
	host, path, _ := strings.Cut(rest, "/")
	return scheme + "://" + host[strings.LastIndex(host, "@")+1:] + "/" + path
}

// sshCommand adds batch mode to the user's own ssh command.
func (r *Repo) sshCommand(ctx context.Context) []string {
	command := "ssh"
	for _, kv := range Environ() {
		if value, ok := strings.CutPrefix(kv, "GIT_SSH_COMMAND="); ok {
			command = value
		} else if strings.HasPrefix(kv, "GIT_SSH=") {
			return nil // a program, which takes no options here
		}
	}
	if command == "ssh" {
		if out, err := r.run(ctx, "config", "--get", "core.sshCommand"); err == nil {
			command = strings.TrimSpace(out)
		}
	}
	return []string{"GIT_SSH_COMMAND=" + command + " -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15"}
}
