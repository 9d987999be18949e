/**
 * What the first page looks like before the interface has arrived: the frame with its words, and bones where the page
 * will be. It is hidden from screen readers and takes no focus; the interface's first drawing replaces it whole.
 */
import { PLACE_NAMES, PLACES } from '../src/app/places.ts';

type Words = Record<string, string>;

const SIGN_IN = ['signIn.title', 'signIn.text', 'signIn.button'];

/** The keys of all words of the frame. */
export const WORDS: string[] = [
  ...PLACES.map(({ title }) => title),
  ...Object.values(PLACE_NAMES),
  ...SIGN_IN,
];

export function pick(words: Words): Words {
  return Object.fromEntries(
    WORDS.map((key) => {
      const word = words[key];
      if (word === undefined) throw new Error(`The words of the first frame lack ${key}`);
      return [key, word];
    }),
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

const icon = (size: number) => `<img src="/src/icon.svg" width="${size}" height="${size}" alt="">`;

/** In English; `words.js` puts the reader's language in. */
export function markup(english: Words): string {
  const word = (key: string) => `<span data-word="${key}">${escaped(english[key] ?? '')}</span>`;
  const place = (to: keyof typeof PLACE_NAMES) =>
    `<li data-place="${to}"><i></i>${word(PLACE_NAMES[to])}</li>`;
  const groups = PLACES.map(
    ({ title, places }) => `<p>${word(title)}</p><ul>${places.map(place).join('')}</ul>`,
  );
  return `<div class="shell" aria-hidden="true" inert>
        <div class="shell-top"><span class="shell-menu"></span>
          <span class="shell-brand">${icon(26)}<span>Quarterdeck</span></span></div>
        <div class="shell-side">${groups.join('')}</div>
        <div class="shell-main"><i class="shell-title"></i><i class="shell-intro"></i>
          <div class="shell-panel"><i></i><i></i><i></i><i></i></div></div>
      </div>
      <div class="shell-door" aria-hidden="true" inert>
        <div class="shell-menus"></div>
        <div class="shell-middle"><div class="shell-card">${icon(44)}
          <h1>${word('signIn.title')}</h1><p>${word('signIn.text')}</p><div>${word('signIn.button')}</div></div></div>
      </div>`;
}
