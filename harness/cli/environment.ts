import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** environment.json: what a run ran on, so that its numbers are compared with their like. */
export interface Environment {
  readonly schema: 'claimcheck/environment@1';
  readonly claimcheck: string;
  readonly startedAt: string;
  /** Of the folder the command was given in; null: not a git work tree, or no git. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  readonly node: string;
  readonly os: { readonly platform: string; readonly kernel: string; readonly arch: string };
  readonly cpu: { readonly model: string; readonly cores: number };
  readonly memoryBytes: number;
  /** 1, 5 and 15 minutes, when the run began. */
  readonly loadAverage: readonly number[];
  /** Same fingerprint: times may be compared. Hash of CPU model, cores, kernel and Node version. */
  readonly fingerprint: string;
  /** What the server under test calls itself; null: it never said. */
  readonly server: { readonly name: string; readonly version: string } | null;
}

// `git` answers in milliseconds; a hanging network file system must not hold up a run.
const GIT_MS_MAX = 3000;

export async function describeEnvironment(options: {
  readonly version: string;
  readonly cwd: string;
  readonly wallMs: number;
}): Promise<Environment> {
  const processors = cpus();
  const os = { platform: platform(), kernel: release(), arch: arch() };
  const cpu = { model: processors[0]?.model.trim() ?? 'unknown', cores: processors.length };
  const fingerprint = createHash('sha256')
    .update([cpu.model, cpu.cores, os.platform, os.kernel, os.arch, process.version].join('\n'))
    .digest('hex')
    .slice(0, 16);
  return {
    schema: 'claimcheck/environment@1',
    claimcheck: options.version,
    startedAt: new Date(options.wallMs).toISOString(),
    git: await describeGit(options.cwd),
    node: process.version,
    os,
    cpu,
    memoryBytes: totalmem(),
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
    fingerprint,
    server: null,
  };
}

async function describeGit(cwd: string): Promise<Environment['git']> {
  const [commit, status] = await Promise.all([
    git(['rev-parse', 'HEAD'], cwd),
    git(['status', '--porcelain', '--untracked-files=no'], cwd),
  ]);
  return commit === null ? null : { commit, dirty: status !== '' };
}

/** What it prints; null: it failed, or there is no git. */
function git(args: readonly string[], cwd: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile('git', args, { cwd, timeout: GIT_MS_MAX }, (error, stdout) => {
      resolve(error === null ? stdout.trimEnd() : null);
    });
    child.stdin?.end();
  });
}
