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

/** Every rule the profile breaks beyond its schema: what is not supported yet, keys that exclude each other, unknown placeholders. */
export function brokenRules(profile: Profile): BrokenRule[] {
  const unsupported = unsupportedKeys(profile);
  // A placeholder inside a part that is refused anyway needs no second complaint.
  return [...unsupported, ...contradictions(profile), ...unknownPlaceholders(profile)];
}

function unsupportedKeys(profile: Profile): BrokenRule[] {
  const { handle, effects } = profile;
  const found: readonly (readonly [unknown, string])[] = [
    [profile.target?.principals, 'target.principals'],
    [profile.setup, 'setup'],
    [handle?.wait, 'handle.wait'],
    [handle?.result, 'handle.result'],
    [handle?.status.keep, 'handle.status.keep'],
    [effects?.stream, 'effects.stream'],
    [effects?.snapshot, 'effects.snapshot'],
    [effects?.http, 'effects.http'],
  ];
  return found
    .filter(([value]) => value !== undefined)
    .map(([, key]) => ({ path: key.split('.'), message: `${key} is not supported yet` }));
}

function contradictions(profile: Profile): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const { dialect, target, tools, handle } = profile;
  const refuse = (key: string, message: string) => broken.push({ path: key.split('.'), message });
  if (target?.processes === 'per-agent' && target.url !== undefined) {
    refuse('target.processes', 'target.processes: per-agent needs stdio; a server with a URL listens in one process');
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
  const { target, tools, handle } = profile;
  const places: readonly (readonly [unknown, readonly string[], string])[] = [
    [target?.command, PLACE_PLACEHOLDERS, 'target.command'],
    [target?.url, PLACE_PLACEHOLDERS, 'target.url'],
    [target?.cwd, PLACE_PLACEHOLDERS, 'target.cwd'],
    [target?.env, PLACE_PLACEHOLDERS, 'target.env'],
    [target?.headers, PLACE_PLACEHOLDERS, 'target.headers'],
    [target?.prepare, PLACE_PLACEHOLDERS, 'target.prepare'],
    [profile.effects?.file, PLACE_PLACEHOLDERS, 'effects.file'],
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
    [handle?.answer?.arguments, JOB_PLACEHOLDERS, 'handle.answer.arguments'],
    [handle?.answer?.each, CALL_PLACEHOLDERS, 'handle.answer.each'],
    [handle?.cancel?.arguments, JOB_PLACEHOLDERS, 'handle.cancel.arguments'],
  ];
  return places.flatMap(([template, known, key]) => {
    const path = key.split('.');
    if (placeholdersIn(template).some((found) => found.name.startsWith('sink'))) {
      return [{ path, message: '{{sink}} is not supported yet' }];
    }
    try {
      checkPlaceholders(template, known, key);
      return [];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return [{ path, message: error.message }];
    }
  });
}
