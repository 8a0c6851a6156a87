import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A Markdown document, taken apart as far as tests look at it. */
export interface Document {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly blocks: readonly Block[];
  /** Text between backticks, outside of blocks. */
  readonly codes: readonly Place[];
  /** Targets of links that stay in the repository. */
  readonly links: readonly Place[];
  /** What a link with # can lead to. */
  readonly anchors: ReadonlySet<string>;
}

export interface Place {
  readonly line: number;
  readonly text: string;
}

/** A fenced block: `language`, and what else stands behind the fence. */
export interface Block extends Place {
  readonly language: string;
  readonly kind: string;
}

export function readDocument(root: string, path: string): Document {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const blocks: Block[] = [];
  const codes: Place[] = [];
  const links: Place[] = [];
  const anchors = new Set<string>();
  let open: { language: string; kind: string; line: number; body: string[] } | null = null;
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const fence = /^```(\S*)\s*(.*)$/.exec(text);
    if (fence && open === null) {
      open = { language: fence[1] ?? '', kind: (fence[2] ?? '').trim(), line, body: [] };
    } else if (fence && open !== null) {
      const { body, ...head } = open;
      blocks.push({ ...head, text: body.join('\n') });
      open = null;
    } else if (open !== null) open.body.push(text);
    else {
      const heading = /^#{1,6} (.*)$/.exec(text);
      if (heading) anchors.add(slugOf(heading[1] ?? '', anchors));
      for (const [, code = ''] of text.matchAll(/(?<!`)`([^`]+)`(?!`)/g)) codes.push({ line, text: code });
      const words = text.replaceAll(/`[^`]*`/g, '');
      for (const [, target = ''] of words.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (!/^[a-z]+:/.test(target)) links.push({ line, text: target });
      }
    }
  }
  if (open !== null) throw new Error(`${path}:${open.line}: a block that is never closed`);
  return { path, blocks, codes, links, anchors };
}

/** Where a link of this document leads: a path from the root, and the anchor in it. */
export function targetOf({ path }: Document, link: string): { readonly path: string; readonly anchor: string } {
  const [file = '', anchor = ''] = link.split('#');
  return { path: file === '' ? path : relative('.', join(dirname(path), file)).replaceAll('\\', '/'), anchor };
}

/** The address that Markdown viewers give a heading; a second one of the same words gets a number. */
function slugOf(heading: string, taken: ReadonlySet<string>): string {
  const plain = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
  for (let copy = 0; ; copy += 1) {
    const slug = copy === 0 ? plain : `${plain}-${copy}`;
    if (!taken.has(slug)) return slug;
  }
}

/** The commands of a shell block, one a line and one on each side of `&&`, without comments; quotes keep a `#` from being one. */
export function commandsOf(block: Place): readonly Place[] {
  return block.text.split('\n').flatMap((text, index) =>
    withoutComment(text)
      .split(' && ')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => ({ line: block.line + 1 + index, text: part })),
  );
}

function withoutComment(line: string): string {
  let quote = '';
  for (const [index, letter] of [...line].entries()) {
    if (quote !== '') quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '#' && (index === 0 || line[index - 1] === ' ')) return line.slice(0, index);
  }
  return line;
}
