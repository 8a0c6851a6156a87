import { UsageError } from '../model/usage-error.ts';
import {
  CALL_PLACEHOLDERS,
  checkPlaceholders,
  JOB_PLACEHOLDERS,
  PLACE_PLACEHOLDERS,
  placeholdersIn,
} from '../wire/placeholder.ts';
import type { Profile } from './profile-schema.ts';

/** A rule of the format that a schema cannot say, broken at this key. */
export interface BrokenRule {
  readonly path: readonly string[];
  readonly message: string;
}

/** Every rule the profile breaks beyond its schema: keys that exclude each other, unknown placeholders. */
export function brokenRules(profile: Profile): BrokenRule[] {
  return [...contradictions(profile), ...effectContradictions(profile), ...unknownPlaceholders(profile)];
}

function contradictions(profile: Profile): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const { dialect, target, tools, handle } = profile;
  const refuse = (key: string, message: string) => broken.push({ path: key.split('.'), message });
  if (target?.processes === 'per-agent' && target.url !== undefined) {
    refuse('target.processes', 'target.processes: per-agent needs stdio; a server with a URL listens in one process');
  }
  if (target?.principals !== undefined && target.url === undefined) {
    refuse('target.principals', 'target.principals are told apart by HTTP headers; over stdio all agents are one');
  }
  if (handle !== undefined && dialect !== 'handle') refuse('handle', "handle needs 'dialect: handle'");
  if (dialect === 'handle') {
    if (handle === undefined) refuse('dialect', "'dialect: handle' needs the section 'handle'");
    if (tools?.work) refuse('tools.work', "with 'dialect: handle' the work tool is handle.start; remove tools.work");
    if (tools?.failing) {
      refuse('tools.failing', "with 'dialect: handle' failing work is handle.start.failing; remove tools.failing");
    }
    if (tools?.asking) {
      refuse('tools.asking', "with 'dialect: handle' asking work is handle.start.asking; remove tools.asking");
    }
    if (handle?.start.asking && !(handle.answer && handle.status.asking)) {
      refuse('handle.start.asking', 'handle.start.asking needs handle.status.asking (its states) and handle.answer');
    }
  }
  if (tools?.work) refuseUnknownLength(tools.work.arguments, tools.work.takes, 'tools.work', refuse);
  if (handle) refuseUnknownLength(handle.start.arguments, handle.start.takes, 'handle.start', refuse);
  return broken;
}

function effectContradictions({ effects, handle }: Profile): BrokenRule[] {
  const sources = (['file', 'stream', 'snapshot', 'http'] as const).filter((key) => effects?.[key] !== undefined);
  const broken: BrokenRule[] = [];
  if (sources.length > 1) {
    broken.push({
      path: ['effects'],
      message: `effects come from one place; the profile names ${sources.join(' and ')}`,
    });
  }
  if (effects?.http !== undefined && effects.http !== '{{sink}}') {
    broken.push({
      path: ['effects', 'http'],
      message: "effects.http: expected '{{sink}}', where the server is told to post",
    });
  }
  for (const name of Object.keys(handle?.status.keep ?? {})) {
    if (!JOB_PLACEHOLDERS.some((known) => known === name)) continue;
    const message = `handle.status.keep: {{${name}}} has a meaning already; choose another name`;
    broken.push({ path: ['handle', 'status', 'keep', name], message });
  }
  return broken;
}

/** How long a task may take follows from how long the work takes, so that must be known one way or the other. */
function refuseUnknownLength(
  args: unknown,
  takes: number | undefined,
  key: string,
  refuse: (key: string, message: string) => void,
): void {
  if (takes === undefined && !placeholdersIn(args).some((found) => found.name === 'ms')) {
    refuse(key, `${key}: say how long the work takes (takes: 600ms), because no argument is {{ms}}`);
  }
}

function unknownPlaceholders(profile: Profile): BrokenRule[] {
  const { target, tools, handle, effects } = profile;
  const kept = [...JOB_PLACEHOLDERS, ...Object.keys(handle?.status.keep ?? {})];
  const places: readonly (readonly [unknown, readonly string[], string])[] = [
    [target?.command, PLACE_PLACEHOLDERS, 'target.command'],
    [target?.url, PLACE_PLACEHOLDERS, 'target.url'],
    [target?.cwd, PLACE_PLACEHOLDERS, 'target.cwd'],
    [target?.env, PLACE_PLACEHOLDERS, 'target.env'],
    [target?.headers, PLACE_PLACEHOLDERS, 'target.headers'],
    [target?.prepare, PLACE_PLACEHOLDERS, 'target.prepare'],
    [target?.principals, PLACE_PLACEHOLDERS, 'target.principals'],
    [profile.setup, PLACE_PLACEHOLDERS, 'setup'],
    [effects?.file, PLACE_PLACEHOLDERS, 'effects.file'],
    [effects?.stream, PLACE_PLACEHOLDERS, 'effects.stream'],
    [effects?.snapshot, PLACE_PLACEHOLDERS, 'effects.snapshot'],
    [profile.state?.wipe, PLACE_PLACEHOLDERS, 'state.wipe'],
    [tools?.work?.arguments, CALL_PLACEHOLDERS, 'tools.work.arguments'],
    [tools?.failing?.arguments, CALL_PLACEHOLDERS, 'tools.failing.arguments'],
    [tools?.quick?.arguments, CALL_PLACEHOLDERS, 'tools.quick.arguments'],
    [tools?.asking?.arguments, CALL_PLACEHOLDERS, 'tools.asking.arguments'],
    [tools?.asking?.answer, CALL_PLACEHOLDERS, 'tools.asking.answer'],
    [handle?.start.arguments, CALL_PLACEHOLDERS, 'handle.start.arguments'],
    [handle?.start.failing, CALL_PLACEHOLDERS, 'handle.start.failing'],
    [handle?.start.asking, CALL_PLACEHOLDERS, 'handle.start.asking'],
    [handle?.status.arguments, JOB_PLACEHOLDERS, 'handle.status.arguments'],
    [handle?.wait?.arguments, JOB_PLACEHOLDERS, 'handle.wait.arguments'],
    [handle?.result?.arguments, kept, 'handle.result.arguments'],
    [handle?.answer?.arguments, kept, 'handle.answer.arguments'],
    [handle?.answer?.each, CALL_PLACEHOLDERS, 'handle.answer.each'],
    [handle?.cancel?.arguments, kept, 'handle.cancel.arguments'],
  ];
  return places.flatMap(([template, known, key]) => {
    const path = key.split('.');
    try {
      checkPlaceholders(template, known, key);
      return [];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return [{ path, message: error.message }];
    }
  });
}
