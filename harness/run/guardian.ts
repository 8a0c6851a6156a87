import { spawn } from 'node:child_process';

/**
 * A tiny process that outlives the harness by a moment: when our end of its pipe closes (we ended, or were killed by
 * SIGKILL), it kills every process group still on its list, unmounts what is mounted in the run's scratch folder, and removes that.
 */
export interface Guardian {
  /** A child that leads its own process group. */
  add(pid: number): void;
  remove(pid: number): void;
  /** Lets it finish; the groups still listed are killed. Resolves when it is gone. */
  close(): Promise<void>;
}

// $1 is the scratch folder. `kill -9 -PID` is what every shell takes; dash knows no `--` there. A plain shell starts in a millisecond and needs nothing of ours to be built.
const SCRIPT = `
pids=""
while read -r verb pid; do
  rest=""
  for known in $pids; do [ "$known" = "$pid" ] || rest="$rest $known"; done
  pids="$rest"
  [ "$verb" = add ] && pids="$pids $pid"
done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done
[ -n "$1" ] || exit 0
[ -r /proc/self/mounts ] && while read -r what where rest; do
  case "$where" in "$1"|"$1"/*) umount -l "$where" ;; esac
done < /proc/self/mounts
rm -rf -- "$1"
exit 0
`;

export function startGuardian(scratch: string): Guardian {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'claimcheck-guardian', scratch], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  const gone = new Promise<void>((resolve) => {
    shell.once('exit', () => resolve());
    shell.once('error', () => resolve());
  });
  // A guardian that died takes its pipe with it; the run goes on, and closes its own children as usual.
  shell.stdin.on('error', () => {});
  const tell = (verb: 'add' | 'remove', pid: number) => {
    shell.stdin.write(`${verb} ${pid}\n`);
  };
  return {
    add: (pid) => tell('add', pid),
    remove: (pid) => tell('remove', pid),
    close() {
      shell.ref();
      shell.stdin.end();
      return gone;
    },
  };
}
