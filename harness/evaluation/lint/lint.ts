import type { Gap, LintMeta, LintRule, ServerDescription, ToolRole } from './lint-rule.ts';
import { judgeTools } from './tool-roles.ts';

/** What was found in the descriptions of one server. */
export interface LintFindings {
  readonly rules: readonly LintMeta[];
  /** Tools whose result may come late, in the order of the server's list. */
  readonly tools: readonly LintedTool[];
  /** Tools of which nothing says so; they were not judged. */
  readonly plain: readonly string[];
  readonly gaps: readonly LintGap[];
}

export interface LintedTool {
  readonly name: string;
  readonly role: Exclude<ToolRole, 'plain'>;
  /** Why it has that role. */
  readonly why: string;
  /** By id of the rule. */
  readonly rules: Readonly<Record<string, 'met' | 'gap' | 'not-applicable'>>;
}

export interface LintGap extends Gap {
  readonly rule: string;
  readonly tool: string;
}

/** Looks at descriptions alone; nothing is called. Pure. A server without a tool of long work gives no tools and no gaps. */
export function lintServer(server: ServerDescription, rules: readonly LintRule[]): LintFindings {
  const tools: LintedTool[] = [];
  const plain: string[] = [];
  const gaps: LintGap[] = [];
  for (const judged of judgeTools(server)) {
    const { role, why } = judged;
    const { name } = judged.tool;
    if (role === 'plain') {
      plain.push(name);
      continue;
    }
    const answers: Record<string, 'met' | 'gap' | 'not-applicable'> = {};
    for (const { meta, roles, check } of rules) {
      const found = roles.includes(role) ? check(judged) : null;
      answers[meta.id] = found === null ? 'not-applicable' : found.length === 0 ? 'met' : 'gap';
      gaps.push(...(found ?? []).map((gap) => ({ rule: meta.id, tool: name, ...gap })));
    }
    tools.push({ name, role, why, rules: answers });
  }
  return { rules: rules.map(({ meta }) => meta), tools, plain, gaps };
}
