import type { DialectId } from '../model/operation.ts';
import { UsageError } from '../model/usage-error.ts';
import { compileExpression, textOfValue } from '../wire/expression.ts';
import { fillArguments, numberRange, type Placeholder, placeholdersIn } from '../wire/placeholder.ts';
import type { TemplateValues, WireTarget, WorkTool } from '../wire/wire-target.ts';
import { createHandleSpec } from './handle-spec.ts';
import { placeLookup } from './lookup.ts';
import type { Profile } from './profile-schema.ts';
import type { Place } from './target.ts';

export interface SpokenTarget {
  readonly wireTarget: WireTarget;
  tokenOf(value: string): string;
  readonly callsMax: number | null;
}

/** What the wire needs of a profile. `around` is asked at each call: the place is known once the server has been started. */
export function createSpokenTarget(options: {
  readonly profile: Profile;
  readonly dialect: DialectId;
  readonly tools: ReadonlyMap<string, WorkTool>;
  readonly around: () => Partial<Pick<Place, 'dir' | 'port' | 'sink'>>;
}): SpokenTarget {
  const { profile, dialect, tools, around } = options;
  const readEcho = profile.echo === undefined ? null : compileExpression(profile.echo);
  const tokens = new Map<string, string>();
  const tokenOf = (value: string) => tokens.get(value) ?? value;
  return {
    tokenOf,
    callsMax: callsMaxOf(tools),
    wireTarget: {
      dialect,
      tools,
      handle: profile.handle && dialect === 'handle' ? createHandleSpec(profile.handle) : null,
      echo:
        readEcho &&
        ((result) => {
          const text = textOfValue(readEcho(result));
          return text === null ? null : tokenOf(text);
        }),
      renderArguments(template, values) {
        const placed = placeLookup(around());
        return fillArguments(
          template,
          (found) => callValue(found, values, tokens) ?? placed(found),
          values.inputSchema,
        );
      },
      setup: (profile.setup ?? []).map(({ tool, arguments: args = {} }) => ({ tool, arguments: args })),
      ttlMs: null,
    },
  };
}

/** The tools of a foreign profile by the names scenarios use. */
export function toolsOf(profile: Profile): Map<string, WorkTool> {
  const tools = new Map<string, WorkTool>();
  const { tools: named, handle } = profile;
  const add = (as: string, name: string, args: WorkTool['arguments'] | undefined, key: string | undefined) =>
    tools.set(as, { name, arguments: args ?? {}, key: key ?? null, mode: null });
  if (handle) {
    const { start } = handle;
    add('work', start.tool, start.arguments, start.key);
    if (start.failing) add('failing', start.tool, start.failing, start.key);
    if (start.asking && handle.answer) {
      const { each = {} } = handle.answer;
      tools.set('asking', {
        name: start.tool,
        arguments: start.asking,
        key: start.key ?? null,
        mode: null,
        answer: each,
      });
    }
  }
  if (named?.work) add('work', named.work.name, named.work.arguments, named.work.key);
  if (named?.failing) add('failing', named.failing.name, named.failing.arguments, named.failing.key);
  if (named?.asking) {
    const { name, key = null, answer = {} } = named.asking;
    tools.set('asking', { name, arguments: named.asking.arguments ?? {}, key, mode: null, answer });
  }
  return tools;
}

function callValue(
  placeholder: Placeholder,
  values: TemplateValues,
  tokens: Map<string, string>,
): string | number | undefined {
  switch (placeholder.name) {
    case 'token':
      return values.token;
    case 'number':
      return numberFor(placeholder, values, tokens);
    case 'ms':
      return values.ms;
    case 'n':
      return values.n;
    case 'key':
      return values.key ?? undefined;
    case 'id':
      return values.id;
    default:
      return values.kept?.[placeholder.name];
  }
}

/** The same call always gets the same number, so that a retry sends the same arguments. */
function numberFor(placeholder: Placeholder, values: TemplateValues, tokens: Map<string, string>): number {
  const range = numberRange(placeholder);
  if (range === null) throw new UsageError(`{{number ${placeholder.words.join(' ')}}} is no range of integers`);
  const number = range.from + values.n - 1;
  if (number > range.to) {
    const size = range.to - range.from + 1;
    throw new UsageError(
      `{{number ${range.from} ${range.to}}} has ${size} values and call ${values.n} needs one of its own; widen it.`,
    );
  }
  tokens.set(String(number), values.token);
  return number;
}

function callsMaxOf(tools: ReadonlyMap<string, WorkTool>): number | null {
  const sizes = [...tools.values()]
    .flatMap((tool) => placeholdersIn(tool.arguments))
    .flatMap((placeholder) => numberRange(placeholder) ?? [])
    .map(({ from, to }) => to - from + 1);
  return sizes.length === 0 ? null : Math.min(...sizes);
}
