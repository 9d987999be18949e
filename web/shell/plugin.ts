/**
 * Weaves the first frame into `index.html`: its style, its markup, its words, and the names of the files that the
 * most visited pages need. All inline parts get the page's nonce from Vite, as everything else in the page does.
 */
import { readFileSync } from 'node:fs';
import type { Plugin, Rolldown } from 'vite';
import { markup, pick } from './markup.ts';
import { HUB_PAGES, PAGES } from './pages.ts';

const LANGUAGES = ['en', 'nl', 'sv'];

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Without the comments and the indentation, which nobody needs on the way. */
const script = (path: string) => read(path).replace(/^\s*(\/\/.*)?\n|^ +/gm, '');

function wordsOf(language: string): Record<string, string> {
  return pick(JSON.parse(read(`../src/locales/${language}.json`)) as Record<string, string>);
}

/** Text that may stand in a script. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

type Bundle = Rolldown.OutputBundle;

function chunks(bundle: Bundle): Rolldown.OutputChunk[] {
  return Object.values(bundle).filter((file) => file.type === 'chunk');
}

/** The chunk that begins with a module, and everything it imports. */
function withImports(bundle: Bundle, first: Rolldown.OutputChunk): Set<string> {
  const found = new Set<string>();
  const waiting = [first.fileName];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== 'chunk') continue;
    found.add(name);
    waiting.push(...chunk.imports);
  }
  return found;
}

export interface Parts {
  files: string[];
  words: Record<string, number[]>;
  pages: Record<string, number[]>;
  hub: { pages: string[]; words: Record<string, number[]> };
}

const NO_PARTS: Parts = { files: [], words: {}, pages: {}, hub: { pages: [], words: {} } };

function partsOf(bundle: Bundle): Parts {
  const entry = chunks(bundle).find((chunk) => chunk.isEntry);
  const already = entry ? withImports(bundle, entry) : new Set<string>();
  const files: string[] = [];
  const indexOf = (name: string) => {
    if (!files.includes(name)) files.push(name);
    return files.indexOf(name);
  };
  const needed = (modules: string[]) => {
    const names = modules.flatMap((module) => {
      const first = chunks(bundle).find((chunk) => chunk.facadeModuleId?.endsWith(`/${module}`));
      if (!first) throw new Error(`shell/pages.ts names ${module}, which begins no file of the build`);
      return [...withImports(bundle, first)];
    });
    return [...new Set(names)].filter((name) => !already.has(name)).map(indexOf);
  };
  const byLanguage = (folder: string) =>
    Object.fromEntries(LANGUAGES.map((language) => [language, needed([`${folder}/${language}.json`])]));
  return {
    words: byLanguage('src/locales'),
    hub: { pages: HUB_PAGES, words: byLanguage('src/locales/hub') },
    pages: Object.fromEntries(Object.entries(PAGES).map(([path, modules]) => [path, needed(modules)])),
    files,
  };
}

export function shell(): Plugin[] {
  return [
    {
      name: 'quarterdeck:shell',
      transformIndexHtml: {
        order: 'pre',
        handler(html) {
          const [english, ...others] = LANGUAGES.map((language) => [language, wordsOf(language)] as const);
          const words = json(Object.fromEntries(others));
          return html
            .replace('<!--style-->', () => `<style>\n${read('shell.css')}</style>`)
            .replace('<!--boot-->', () => `<script>${script('boot.js')}</script>`)
            .replace('<!--shell-->', () => markup(english?.[1] ?? {}))
            .replace(
              '<!--words-->',
              () => `<script>${script('words.js').replace('__WORDS__', words)}</script>`,
            );
        },
      },
    },
    {
      name: 'quarterdeck:parts',
      transformIndexHtml: {
        order: 'post',
        handler: (html, { bundle }) =>
          html.replace('__PARTS__', () => json(bundle ? partsOf(bundle) : NO_PARTS)),
      },
    },
  ];
}
