import Table from 'cli-table3';
import type { LintDocument } from './eval-lint.ts';

const WORDS = { met: 'said', gap: 'gap', 'not-applicable': '–' } as const;

const PLACES = { description: 'for example', annotations: 'annotations, each as it is', tools: 'advice' } as const;

/** A table of tools and rules, then each gap in words with what would fill it. */
export function lintText(document: LintDocument): string {
  const { target, rules, tools, plain } = document;
  const { server, dialect, transport } = target;
  const lines = [`${server.name} ${server.version} (${dialect}, ${transport}): ${conclusion(document)}`];
  if (tools.length > 0) {
    const table = new Table({
      head: ['tool', 'role', ...rules.map(({ id }) => id), 'why it is judged'],
      style: { head: [], border: [], compact: true },
    });
    table.push(
      ...tools.map(({ name, role, why, rules: answers }) => [
        name,
        role,
        ...rules.map(({ id }) => WORDS[answers[id] ?? 'not-applicable']),
        why,
      ]),
    );
    lines.push(table.toString(), ...rules.map(({ id, title }) => `${id}  ${title}`));
  }
  for (const { heading, words } of gapGroups(document)) lines.push('', heading, words);
  if (plain.length > 0) {
    lines.push('', `Not judged, since nothing says that their results may come late: ${plain.join(', ')}.`);
  }
  return lines.join('\n');
}

/** Tools of which the same is missing stand together. */
function gapGroups({ tools, gaps }: LintDocument): { readonly heading: string; readonly words: string }[] {
  const groups = new Map<string, string[]>();
  for (const { name } of tools) {
    const own = gaps.filter(({ tool }) => tool === name);
    const words = own.flatMap(({ rule, missing, example, place }) => [
      `  ${rule}  ${missing}`,
      `      ${PLACES[place]}: ${example}`,
    ]);
    if (words.length > 0) groups.set(words.join('\n'), [...(groups.get(words.join('\n')) ?? []), name]);
  }
  return [...groups].map(([words, names]) => ({ heading: names.join(', '), words }));
}

function conclusion({ tools, gaps, plain }: LintDocument): string {
  if (tools.length === 0) {
    return plain.length === 0
      ? 'it has no tools'
      : 'no tool that says its result may come late, so nothing was judged; --tool NAME names one';
  }
  const judged = `${tools.length} asynchronous ${tools.length === 1 ? 'tool' : 'tools'}`;
  return gaps.length === 0 ? `nothing is left unsaid of ${judged}` : `${gaps.length} gaps in ${judged}`;
}
