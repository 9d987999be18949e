/**
 * The frame painted before the interface has arrived: its colours are the theme's, its words are whole, and what it
 * starts is what the interface asks for.
 */
import { readFileSync } from 'node:fs';
import { webDarkTheme, webLightTheme, type Theme } from '@fluentui/react-components';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { markup, pick } from '../shell/markup';
import { HUB_PAGES, PAGES } from '../shell/pages';
import { request } from '../src/api/client';
import { sessionQuery } from '../src/api/queries';
import en from '../src/locales/en.json';
import nl from '../src/locales/nl.json';
import sv from '../src/locales/sv.json';

const css = readFileSync('shell/shell.css', 'utf8');

/** The values that a rule of the style sheet gives to the frame's own names. */
function colours(selector: string): Record<string, string> {
  const rule = css.split(`${selector} {`)[1]?.split('}')[0] ?? '';
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+): (#\w+);/g)].map(([, name, value]) => [name, value]),
  );
}

function ofTheme(theme: Theme): Record<string, string> {
  return {
    canvas: theme.colorNeutralBackground2,
    surface: theme.colorNeutralBackground1,
    selected: theme.colorNeutralBackground1Selected,
    line: theme.colorNeutralStroke2,
    bone: theme.colorNeutralStencil1,
    words: theme.colorNeutralForeground1,
    soft: theme.colorNeutralForeground2,
    quiet: theme.colorNeutralForeground3,
    brand: theme.colorBrandBackground,
    'on-brand': theme.colorNeutralForegroundOnBrand,
    mark: theme.colorCompoundBrandForeground1,
  };
}

afterEach(() => {
  globalThis.quarterdeckStarted = undefined;
  vi.unstubAllGlobals();
});

describe('the first frame', () => {
  it('has the colours of both themes', () => {
    expect(colours(':root')).toEqual(ofTheme(webLightTheme));
    expect(colours(":root[data-theme='dark']")).toEqual(ofTheme(webDarkTheme));
  });

  it('has every word in three languages', () => {
    const keys = Object.keys(pick(en));
    expect(Object.keys(pick(nl))).toEqual(keys);
    expect(Object.keys(pick(sv))).toEqual(keys);
    expect(() => pick({})).toThrow('lack nav.manage');
    for (const key of keys) expect(markup(en)).toContain(`data-word="${key}"`);
  });

  it('is hidden from screen readers and takes no focus', () => {
    document.body.innerHTML = markup(en);
    const frames = [...document.body.children];
    expect(frames.map((frame) => frame.className)).toEqual(['shell', 'shell-door']);
    for (const frame of frames) {
      expect(frame.getAttribute('aria-hidden')).toBe('true');
      expect(frame.hasAttribute('inert')).toBe(true);
    }
  });

  it('names pages of the hub as the others are named', () => {
    for (const page of HUB_PAGES) expect(Object.keys(PAGES)).toContain(page);
  });
});

describe('what the page started', () => {
  it('is used once, and only for reading', async () => {
    const asked = vi.fn(() => Promise.resolve(new Response('{"from":"network"}')));
    vi.stubGlobal('fetch', asked);
    globalThis.quarterdeckStarted = {
      '/api/session': Promise.resolve(new Response('{"from":"page"}')),
    };
    expect(await request('/api/session', { method: 'POST' })).toEqual({ from: 'network' });
    expect(await request('/api/session')).toEqual({ from: 'page' });
    expect(await request('/api/session')).toEqual({ from: 'network' });
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('tells nobody is signed in as any other answer does', async () => {
    const refusal = new Response('{"code":"unauthenticated"}', { status: 401 });
    globalThis.quarterdeckStarted = { '/api/session': Promise.resolve(refusal) };
    const { signal } = new AbortController();
    const read = sessionQuery.queryFn as (context: { signal: AbortSignal }) => Promise<unknown>;
    expect(await read({ signal })).toBeNull();
  });
});
