#!/bin/sh
# mlhook hook, version 5; `mlhook uninstall` removes it.
# Writes one file into the queue, wakes the supervisor, returns: never waits,
# never fails the commit. Shell builtins only while the supervisor lives.
mlhook_bin=@BINARY@
mlhook_dir=@DIR@
mlhook_state=@STATE@
mlhook_name=@NAME@

# A hook that was here before runs first, as if it were still alone. One of a shell
# may go by its name, as husky's do, so the shell reads it in the name of this one.
mlhook_saved=$0.mlhook-saved
if [ -f "$mlhook_saved" ] && [ -x "$mlhook_saved" ]; then
	line=''
	read -r line <"$mlhook_saved"
	case $line in
	'#!'*[/\ ]sh | '#!'*[/\ ]dash | '#!'*[/\ ]bash) ${line#'#!'} -c '. "$0.mlhook-saved"' "$0" "$@" ;;
	*) "$mlhook_saved" "$@" ;;
	esac
fi

[ "${MLHOOK-}" = 0 ] && exit 0
case ,${SKIP-}, in *,mlhook,*) exit 0 ;; esac
[ -n "${CI-}" ] && [ "${MLHOOK-}" != 1 ] && exit 0
[ "$mlhook_name" = post-rewrite ] && [ "${1-}" != rebase ] && exit 0
# A merge made a commit of its own where HEAD's log says so: what `git pull` brings
# and what is fast-forwarded is not this user's to train.
if [ "$mlhook_name" = post-merge ]; then
	case $(git reflog -1 --format=%gs HEAD) in
	"merge "*": Merge made by "* | "merge "*": In-index merge") ;;
	*) exit 0 ;;
	esac
fi

git_dir=${GIT_DIR-}
if [ -z "$git_dir" ]; then
	if [ -d .git ]; then git_dir=.git; else git_dir=$(git rev-parse --git-dir) || exit 0; fi
fi
common=$git_dir
if [ -f "$git_dir/commondir" ]; then # of a linked worktree
	read -r common <"$git_dir/commondir"
	case $common in /*) ;; *) common=$git_dir/$common ;; esac
fi
# A hook that came along with a moved or copied repository, or that several share
# by core.hooksPath, would fill another repository's queue, or none.
if ! [ "$common" -ef "${mlhook_dir%/*}" ]; then
	echo "mlhook: not trained: this hook is for ${mlhook_dir%/*}; if the repository was moved or copied, run \`mlhook install\` in it" >&2
	exit 0
fi
[ -d "$mlhook_dir/queue/new" ] || exit 0
# Every commit of a rebase comes by here; post-rewrite reports the last one.
if [ "$mlhook_name" != post-rewrite ]; then
	[ -d "$git_dir/rebase-merge" ] && exit 0
	# `git am` keeps its patches there too; the last one stands for all.
	if [ -d "$git_dir/rebase-apply" ]; then
		[ "$mlhook_name" = post-applypatch ] && [ -f "$git_dir/rebase-apply/applying" ] || exit 0
		next='' last=''
		read -r next <"$git_dir/rebase-apply/next"
		read -r last <"$git_dir/rebase-apply/last"
		[ "$next" = "$last" ] || exit 0
	fi
	# So does every commit of a longer cherry-pick or revert; the last one, with
	# no line behind its own in the list of what is to do, stands for all.
	if [ -f "$git_dir/sequencer/todo" ]; then
		more=''
		{ read -r more && more='' && read -r more; } <"$git_dir/sequencer/todo"
		[ -n "$more" ] && exit 0
	fi
fi

# The commit: HEAD names a branch, whose loose ref was written just now.
commit='' branch='' head=''
read -r head 2>/dev/null <"$git_dir/HEAD"
case $head in
"ref: refs/heads/"*)
	branch=${head#ref: refs/heads/}
	for base in "$common" "$git_dir"; do
		[ -f "$base/refs/heads/$branch" ] && read -r commit <"$base/refs/heads/$branch" && break
	done
	;;
*) commit=$head ;;
esac
case $commit in
'' | *[!0-9a-f]*) commit=$(git rev-parse HEAD) && branch=$(git symbolic-ref -q --short HEAD) ;;
esac
[ -n "$commit" ] || exit 0

file=$commit.$$
order() {
	printf '%s\n' "v 2" "commit $commit" "branch $branch" "top $PWD" "source commit"
	[ -n "${DISPLAY-}" ] && printf '%s\n' "env.DISPLAY $DISPLAY"
	[ -n "${WAYLAND_DISPLAY-}" ] && printf '%s\n' "env.WAYLAND_DISPLAY $WAYLAND_DISPLAY"
	[ -n "${XDG_RUNTIME_DIR-}" ] && printf '%s\n' "env.XDG_RUNTIME_DIR $XDG_RUNTIME_DIR"
	[ -n "${XDG_CURRENT_DESKTOP-}" ] && printf '%s\n' "env.XDG_CURRENT_DESKTOP $XDG_CURRENT_DESKTOP"
	[ -n "${DBUS_SESSION_BUS_ADDRESS-}" ] && printf '%s\n' "env.DBUS_SESSION_BUS_ADDRESS $DBUS_SESSION_BUS_ADDRESS"
	[ -n "${SSH_AUTH_SOCK-}" ] && printf '%s\n' "env.SSH_AUTH_SOCK $SSH_AUTH_SOCK"
	[ -n "${VIRTUAL_ENV-}" ] && printf '%s\n' "env.VIRTUAL_ENV $VIRTUAL_ENV"
	printf '%s\n' end
}
# Twice, so that a damaged file is known for one.
{ order && order; } 2>/dev/null >"$mlhook_dir/queue/tmp/$file" || exit 0
mv "$mlhook_dir/queue/tmp/$file" "$mlhook_dir/queue/new/$file" 2>/dev/null || exit 0

# Is the supervisor alive? Its pid may have been given away, its start time not.
if [ -r "$mlhook_state/supervisor.alive" ] && [ -r /proc/sys/kernel/random/boot_id ]; then
	pid='' start='' boot='' now='' stat=''
	read -r pid start boot <"$mlhook_state/supervisor.alive"
	read -r now </proc/sys/kernel/random/boot_id
	if [ -n "$start" ] && [ "$boot" = "$now" ] && [ -r "/proc/$pid/stat" ]; then
		read -r stat 2>/dev/null <"/proc/$pid/stat"
		set -- ${stat##*)}
		[ "${1-}" != Z ] && [ "${20-}" = "$start" ] && exit 0
	fi
fi
if [ ! -x "$mlhook_bin" ]; then
	mlhook_bin=$(command -v mlhook) || {
		echo "mlhook: the program is gone; install it again or run \`mlhook uninstall\`" >&2
		exit 0
	}
fi
# It says on stderr what it takes up again, and ends at once. What it starts holds
# nothing of the caller's: neither stderr, for which a GUI waits, nor a lock.
"$mlhook_bin" hook </dev/null >/dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
exit 0
