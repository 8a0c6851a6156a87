import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { isObject, parseJson } from '../wire/json-rpc.ts';

/** A file that somebody tests here: no package, so each boot of a server evaluates it anew. */
export interface OwnFile {
  readonly kind: 'module' | 'commonjs' | 'json';
  readonly path: string;
  readonly source: string;
}

/** Reads each file once: a file that is edited while a run goes on does not change what its later boots are. */
export interface OwnFiles {
  /** Of the module's own package. Anything else (other packages, this one, node: modules) is loaded once a thread. */
  isOwn(url: string): boolean;
  /** Throws a UsageError that names the file. `by`: the file that asks for it; null: the user does. */
  read(url: string, by: string | null): OwnFile;
}

/** What a SyntaxError says of CommonJS text that is a module. */
const SAYS_MODULE =
  /import statement outside a module|Unexpected token 'export'|'import\.meta' outside|await is only valid/;
/** Checking the syntax of one file takes tens of ms. */
const CHECK_MS_MAX = 10_000;

/** Compiled code of this package lies here. Its modules hold no state, so one evaluation serves every boot. */
const PACKAGE_CODE = new URL('../../', import.meta.url).href;

/** `root`: the URL of the module that is tested. */
export function createOwnFiles(root: string): OwnFiles {
  const files = new Map<string, OwnFile>();
  const own = packageOf(root);
  return {
    isOwn(url) {
      if (url === root) return true;
      return url.startsWith('file:') && packageOf(url) === own && !url.startsWith(PACKAGE_CODE);
    },
    read(url, by) {
      const path = fileURLToPath(url);
      const known = files.get(path);
      if (known !== undefined) return known;
      const file = readOwnFile(path, by);
      files.set(path, file);
      return file;
    },
  };
}

/** The folder of the installed package that a file belongs to; '' for files that are not in node_modules. */
function packageOf(url: string): string {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(url)?.[0] ?? '';
}

/** A UsageError that says where in which file the syntax is wrong. */
export function syntaxFault(file: OwnFile, error: unknown): UsageError {
  const why = messageOf(error);
  const line = lineOfFault(file);
  return new UsageError(`${file.path}${line === null ? '' : `:${line}`}: ${why}`, { cause: error });
}

function readOwnFile(path: string, by: string | null): OwnFile {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    const why = existsSync(path) ? messageOf(error) : 'there is no such file';
    throw new UsageError(by === null ? `Cannot read ${path}: ${why}.` : `${by} imports ${path}: ${why}.`);
  }
  switch (extname(path)) {
    case '.json':
      return { kind: 'json', path, source };
    case '.mjs':
      return { kind: 'module', path, source };
    case '.cjs':
      return { kind: 'commonjs', path, source };
    case '.mts':
      return { kind: 'module', path, source: withoutTypes(path, source) };
    case '.ts':
      return { kind: kindOf(path, source), path, source: withoutTypes(path, source) };
    case '.js':
    case '':
      return { kind: kindOf(path, source), path, source };
    default:
      throw new UsageError(`${path}: expected JavaScript (.js, .mjs, .cjs) or JSON; compile it first.`);
  }
}

/** What package.json says, else what the text itself looks like, as Node has it. */
function kindOf(path: string, source: string): 'module' | 'commonjs' {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const content = existsSync(file) ? parseJson(readFileSync(file, 'utf8')) : undefined;
    if (isObject(content)) {
      if (content.type === 'module' || content.type === 'commonjs') return content.type;
      break;
    }
    if (folder === dirname(folder)) break;
  }
  try {
    compileFunction(withoutHashbang(source), [], { filename: path });
    return 'commonjs';
  } catch (error) {
    return error instanceof SyntaxError && SAYS_MODULE.test(error.message) ? 'module' : 'commonjs';
  }
}

/** The line of a script's `#!` is for the shell; its line break stays, so that line numbers do. */
export function withoutHashbang(source: string): string {
  return source.replace(/^#!.*/, '');
}

/** Node 22.18 and newer read TypeScript by leaving the types out, with blanks in their place. */
function withoutTypes(path: string, source: string): string {
  const strip: unknown = Reflect.get(nodeModule, 'stripTypeScriptTypes');
  if (typeof strip !== 'function') {
    throw new UsageError(`${path}: Node ${process.version} does not read TypeScript; compile it, or use Node 22.18.`);
  }
  try {
    return String(strip(source));
  } catch (error) {
    throw new UsageError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Node tells the line of a module's syntax error only to stderr, so a second Node is asked. */
function lineOfFault({ kind, source }: OwnFile): number | null {
  const args = ['--check', `--input-type=${kind === 'module' ? 'module' : 'commonjs'}`, '-'];
  const { stderr } = spawnSync(process.execPath, args, { input: source, encoding: 'utf8', timeout: CHECK_MS_MAX });
  const found = /^\[stdin\]:(\d+)$/m.exec(stderr ?? '');
  return found === null ? null : Number(found[1]);
}
