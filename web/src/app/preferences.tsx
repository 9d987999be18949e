/**
 * The reader's own choices, kept in this browser: theme and language. Sets them on the document.
 */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../api/types';
import { changeLanguage, pickLanguage, type Language } from '../i18n/i18n';

export const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

const THEME_KEY = 'quarterdeck.theme';
const LANGUAGE_KEY = 'quarterdeck.language';
const USER_LANGUAGE_KEY = 'quarterdeck.userLanguage';

/** A browser may refuse storage altogether; the choice then lasts as long as the page. */
function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to do: the page itself already shows the choice.
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

function isTheme(value: string | null): value is Theme {
  return THEMES.some((theme) => theme === value);
}

export function initialLanguage(): Language {
  return pickLanguage([recall(LANGUAGE_KEY), recall(USER_LANGUAGE_KEY), ...navigator.languages]);
}

/**
 * The language kept with the user counts until this browser has its own choice. It is remembered while the user is
 * signed in, so that the next page starts in it; null when nobody is.
 */
export async function followUser(session: Pick<Session, 'locale'> | null): Promise<void> {
  if (!session) return forget(USER_LANGUAGE_KEY);
  remember(USER_LANGUAGE_KEY, pickLanguage([session.locale, ...navigator.languages]));
  const language = initialLanguage();
  if (session.locale && language !== document.documentElement.lang) await changeLanguage(language);
}

interface Preferences {
  theme: Theme;
  dark: boolean;
  language: Language;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): void;
}

const Context = createContext<Preferences | null>(null);

function useSystemDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return dark;
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const systemDark = useSystemDark();
  const [theme, keepTheme] = useState<Theme>(() => {
    const kept = recall(THEME_KEY);
    return isTheme(kept) ? kept : 'system';
  });
  const dark = theme === 'dark' || (theme === 'system' && systemDark);
  const language = pickLanguage([i18n.language]);

  useEffect(() => {
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  }, [dark]);

  const setTheme = useCallback((next: Theme) => {
    remember(THEME_KEY, next);
    keepTheme(next);
  }, []);
  const setLanguage = useCallback((next: Language) => {
    remember(LANGUAGE_KEY, next);
    void changeLanguage(next);
  }, []);

  const value = useMemo(
    () => ({ theme, dark, language, setTheme, setLanguage }),
    [theme, dark, language, setTheme, setLanguage],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function usePreferences(): Preferences {
  const value = useContext(Context);
  if (!value) throw new Error('usePreferences needs a PreferencesProvider around it');
  return value;
}
