/**
 * Language: choosing it, loading its words, and telling the document about it.
 * English is the source of keys; Dutch and Swedish files carry the same keys (a test keeps that).
 */
import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from '../locales/en.json';

export const LANGUAGES = ['en', 'nl', 'sv'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language is named in itself: a reader who needs the menu may read nothing else on the page. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', nl: 'Nederlands', sv: 'Svenska' };

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: typeof en };
  }
}

type Words = Record<string, string>;

const loaders: Record<Language, () => Promise<{ default: Words }>> = {
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

export async function startI18n(language: Language): Promise<i18n> {
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
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
