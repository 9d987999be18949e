/**
 * Language: choosing it, loading its words, and telling the document about it.
 * English is the source of keys; Dutch and Swedish files carry the same keys (a test keeps that).
 * Words that the first page does not need are in parts, which the routes that need them load.
 */
import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from '../locales/en.json';
import type hub from '../locales/hub/en.json';

export const LANGUAGES = ['en', 'nl', 'sv'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language is named in itself: a reader who needs the menu may read nothing else on the page. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', nl: 'Nederlands', sv: 'Svenska' };

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: typeof en & typeof hub };
  }
}

type Words = Record<string, string>;

type Loaders = Record<Language, () => Promise<{ default: Words }>>;

const PARTS = {
  hub: {
    en: () => import('../locales/hub/en.json'),
    nl: () => import('../locales/hub/nl.json'),
    sv: () => import('../locales/hub/sv.json'),
  },
} satisfies Record<string, Loaders>;
export type Part = keyof typeof PARTS;

const loaders: Loaders = {
  en: () => import('../locales/en.json'),
  nl: () => import('../locales/nl.json'),
  sv: () => import('../locales/sv.json'),
};

/** The first wanted language that exists here, by its primary subtag; English otherwise. */
export function pickLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const tag of wanted) {
    const primary = tag?.toLowerCase().split('-')[0];
    const found = LANGUAGES.find((language) => language === primary);
    if (found) return found;
  }
  return 'en';
}

/** The parts that are in use, each for the languages it was loaded in. */
const inUse = new Map<Part, Set<Language>>();

async function loadPart(part: Part, language: Language): Promise<void> {
  const known = inUse.get(part) ?? new Set();
  inUse.set(part, known);
  if (known.has(language)) return;
  const words = await PARTS[part][language]();
  i18next.addResourceBundle(language, 'translation', words.default, true, true);
  known.add(language);
}

/** Loads a part's words in the present language, before a page that needs them is drawn. */
export function needWords(part: Part): Promise<void> {
  return loadPart(part, pickLanguage([i18next.language]));
}

export async function startI18n(language: Language): Promise<i18n> {
  inUse.clear();
  const words = await loaders[language]();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: { [language]: { translation: words.default } },
  });
  document.documentElement.lang = language;
  return i18next;
}

/** Loads the words first, so that no key ever shows. */
export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const words = await loaders[language]();
    i18next.addResourceBundle(language, 'translation', words.default);
  }
  await Promise.all([...inUse.keys()].map((part) => loadPart(part, language)));
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
