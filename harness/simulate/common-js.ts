import { createRequire, type ImportAttributes, isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction, type Module } from 'node:vm';
import { UsageError } from '../model/usage-error.ts';
import { type OwnFile, type OwnFiles, syntaxFault, withoutHashbang } from './own-file.ts';

/** One boot's instances of a user's CommonJS files. */
export interface CommonJs {
  /** `module.exports` of the file, evaluated at its first use in this boot. */
  load(file: OwnFile): unknown;
}

export interface CommonJsOptions {
  readonly files: OwnFiles;
  /** `import()` in such a file. */
  importFrom(parentUrl: string, specifier: string, attributes: ImportAttributes): Promise<Module>;
}

interface Instance {
  exports: unknown;
}

/** `require` of packages and of node: modules is Node's own and shared by all boots; that of the user's files is this boot's. */
export function createCommonJs({ files, importFrom }: CommonJsOptions): CommonJs {
  const instances = new Map<string, Instance>();

  function load(file: OwnFile): unknown {
    const known = instances.get(file.path);
    // In a cycle: what is there of it so far.
    if (known !== undefined) return known.exports;
    const instance: Instance = { exports: {} };
    instances.set(file.path, instance);
    if (file.kind === 'json') {
      instance.exports = JSON.parse(file.source);
      return instance.exports;
    }
    const run = compile(file, importFrom);
    try {
      run.call(instance.exports, instance.exports, requireFrom(file.path), instance, file.path, dirname(file.path));
    } catch (error) {
      // As Node has it: who tries again evaluates it again.
      instances.delete(file.path);
      throw error;
    }
    return instance.exports;
  }

  function requireFrom(path: string) {
    const real = createRequire(path);
    const require = (specifier: string): unknown => {
      if (isBuiltin(specifier)) return real(specifier);
      const url = pathToFileURL(real.resolve(specifier)).href;
      if (!files.isOwn(url) || url.endsWith('.node')) return real(specifier);
      const file = files.read(url, path);
      if (file.kind !== 'module') return load(file);
      throw new UsageError(`${path} requires ${file.path}, a module of your own: import it instead.`);
    };
    return Object.assign(require, { resolve: real.resolve, cache: {}, main: undefined });
  }

  return { load };
}

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

function compile(file: OwnFile, importFrom: CommonJsOptions['importFrom']) {
  try {
    return compileFunction(withoutHashbang(file.source), PARAMETERS, {
      filename: file.path,
      importModuleDynamically: (specifier, _referrer, attributes) =>
        importFrom(pathToFileURL(file.path).href, specifier, attributes),
    });
  } catch (error) {
    throw syntaxFault(file, error);
  }
}

/** What `import` sees of a CommonJS module: itself as the default, and its properties by name. */
export function exportsForImport(exports: unknown): Readonly<Record<string, unknown>> {
  const isRecord = (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
  return { ...(isRecord ? Object.fromEntries(Object.entries(exports)) : {}), default: exports };
}
