/**
 * The reader's own choices, kept in this browser: theme and language. Sets them on the document.
 */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { changeLanguage, pickLanguage, type Language } from '../i18n/i18n';

export const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

const THEME_KEY = 'quarterdeck.theme';
const LANGUAGE_KEY = 'quarterdeck.language';

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

function isTheme(value: string | null): value is Theme {
  return THEMES.some((theme) => theme === value);
}

export function initialLanguage(): Language {
  return pickLanguage([recall(LANGUAGE_KEY), ...navigator.languages]);
}

export function hasChosenLanguage(): boolean {
  return recall(LANGUAGE_KEY) !== null;
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
