import { readPlannedProfile } from '../targets/planned-profile.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import type { WorkTool } from '../wire/wire-target.ts';

/** What a tool is needed for. `asking` asks while it works, `asking-first` before there is a task; `throwing` ends in a JSON-RPC error. */
export const TOOL_ROLES = ['work', 'failing', 'throwing', 'quick', 'asking', 'asking-first'] as const;
export type ToolRole = (typeof TOOL_ROLES)[number];

/** One call, ready to be sent. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: JsonObject;
  /** Unique; stands somewhere in the arguments where the profile puts it. */
  readonly token: string;
  /** How long the work will take, as far as is known, ms. */
  readonly takesMs: number;
  /** The content of the answer to its question; null: it asks nothing that the profile answers. */
  readonly answer: JsonObject | null;
}

export interface AuditTools {
  /** As tools/list gave them. */
  readonly listed: ReadonlyMap<string, ServerTool>;
  /** The work lasts as long as is asked for. */
  readonly variesDuration: boolean;
  /** A new call of the tool in this role; null: there is none. */
  call(role: ToolRole, options?: { readonly ms?: number }): ToolCall | null;
  /** Why there is none: which key of the profile would name it. */
  missing(role: ToolRole): string;
}

// Long enough to be seen at work by the next request, short enough to be waited for.
const WORK_MS = 400;

/** How long a server of the dialect `grace` waits before it makes a task, where that can be set, ms. */
export const GRACE_MS = 100;
// Clearly more than that: what ends within it never becomes a task.
const GRACE_WORK_MS = 300;

export function createAuditTools(
  target: ResolvedTarget,
  listed: ReadonlyMap<string, ServerTool>,
  tokenPrefix: string,
): AuditTools {
  const { facts, dialect } = target.planned;
  const leastMs = dialect === 'grace' ? GRACE_WORK_MS : 0;
  const found = toolsByRole(target);
  let count = 0;
  return {
    listed,
    variesDuration: facts.variesDuration,
    call(role, { ms = WORK_MS } = {}) {
      const tool = found.get(role);
      if (tool === undefined) return null;
      count += 1;
      const token = `${tokenPrefix}-${count}`;
      const inputSchema = listed.get(tool.name)?.inputSchema ?? null;
      const values = { token, ms: role === 'quick' ? 0 : Math.max(ms, leastMs), key: null, n: count, inputSchema };
      return {
        name: tool.name,
        arguments: target.wireTarget.renderArguments(tool.arguments, values),
        token,
        takesMs: facts.variesDuration ? values.ms : facts.takesMs,
        answer: tool.answer ?? null,
      };
    },
    missing: (role) => MISSING[role],
  };
}

const MISSING: Readonly<Record<ToolRole, string>> = {
  work: 'no tool that does the work is known: tools.work in a profile, or --tool, names it',
  failing: 'no call that ends in a failure is known: tools.failing in a profile names it',
  throwing:
    'no call that ends in a JSON-RPC error is known; of other servers than the reference only what tools.failing does is seen',
  quick: 'no tool that answers at once is known: tools.quick in a profile names it',
  asking: 'no call that asks for input is known: tools.asking in a profile names it',
  'asking-first': 'no call that asks before it becomes a task is known',
};

function toolsByRole({ planned, wireTarget: { tools } }: ResolvedTarget): ReadonlyMap<ToolRole, WorkTool> {
  const found = new Map<ToolRole, WorkTool>();
  for (const role of TOOL_ROLES) {
    const tool = tools.get(role);
    if (tool !== undefined) found.set(role, tool);
  }
  const { imitates, profile } = readPlannedProfile(planned);
  const work = found.get('work');
  if (imitates === 'reference' && work !== undefined) {
    found.set('quick', work);
    found.set('throwing', { ...work, arguments: withMode(work.arguments, 'throw', work.starts?.arguments) });
  }
  const { quick } = profile.tools ?? {};
  if (quick) found.set('quick', { name: quick.name, arguments: quick.arguments ?? {}, key: null, mode: null });
  return found;
}

/** `inside`: the argument that holds the arguments of the work, where one tool starts another. */
function withMode(args: JsonObject, mode: string, inside: string | undefined): JsonObject {
  if (inside === undefined) return { ...args, mode };
  const own = args[inside];
  return { ...args, [inside]: { ...(typeof own === 'object' ? own : {}), mode } };
}
