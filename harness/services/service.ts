import type { Clock } from '../model/clock.ts';
import type { ServiceId } from '../model/plan.ts';
import type { Meta } from '../model/registry.ts';

export interface ServiceMeta extends Meta {
  readonly id: ServiceId;
  /** What has to be on this machine. */
  readonly program: string;
  /** The command that gets it. */
  readonly install: string;
  /** The environment variable that tells a server where it is. */
  readonly variable: string;
  /** Ways to run it, the usual one first, each with what it keeps when it is killed. */
  readonly variants: Readonly<Record<string, ServiceVariant>>;
}

export interface ServiceVariant {
  readonly description: string;
  /** What was answered survives SIGKILL of the engine. */
  readonly durable: boolean;
}

/** An engine that the harness can run as a process of its own. */
export interface Service {
  readonly meta: ServiceMeta;
  /** As root it runs as somebody else, who must be able to reach its folder. */
  readonly refusesRoot?: true;
  /** Asks the program for its version. */
  find(): Promise<Finding>;
  /** Makes what must be there before its first start, in an empty folder. Throws a UsageError when it cannot. */
  prepare(place: ServicePlace): Promise<PreparedService>;
}

export type Finding =
  | { readonly found: true; readonly version: string; readonly path: string }
  | { readonly found: false; readonly why: string };

export interface ServicePlace {
  readonly folder: string;
  readonly port: number;
  /** A name of `meta.variants`. */
  readonly variant: string;
  readonly signal: AbortSignal;
}

export interface PreparedService {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whom it runs as; null: whoever we are. */
  readonly user: ServiceUser | null;
  /** Ends it in order. */
  readonly stopSignal: NodeJS.Signals;
  /** Holds its password. */
  readonly url: string;
  /** One look; false: not yet. Rejects like false. */
  isReady(signal: AbortSignal): Promise<boolean>;
}

export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

/** Ends process groups and removes the folder when the harness dies before it could. */
export interface ServiceGuardian {
  add(pid: number): void;
  remove(pid: number): void;
  close(): Promise<void>;
}

export interface ServiceHost {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One for each folder. */
  readonly guard: (folder: string) => ServiceGuardian;
}

export interface ServiceExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** An engine that runs on loopback, on one port and one data folder over all its boots. */
export interface RunningService extends AsyncDisposable {
  readonly meta: ServiceMeta;
  readonly variant: string;
  /** Holds its password. */
  readonly url: string;
  /** What a server needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** Where its data lies. */
  readonly folder: string;
  /** The latest boot's process; 0: there was none. */
  readonly pid: number;
  isUp(): boolean;
  /** SIGKILL to it and everything it started, at once. */
  kill(): Promise<ServiceExit>;
  /** SIGSTOP to it and everything it started. Resolves when all of it was seen to stand still. */
  pause(): Promise<{ readonly processes: number }>;
  /** SIGCONT. */
  resume(): Promise<{ readonly processes: number }>;
  /** Ends it in order; the data stays. */
  stop(): Promise<ServiceExit>;
  /** After `kill` or `stop`: the same port, the same data. `ready`: resolves when it answers, rejects when it does not. */
  restart(): Promise<{ readonly pid: number; readonly ready: Promise<{ readonly readyMs: number }> }>;
  /** Stops it and removes its folder. */
  [Symbol.asyncDispose](): Promise<void>;
}
