/**
 * The buttons of the reader's own menus. What opens is loaded when somebody reaches for it: no page needs it to be seen.
 */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { DarkThemeRegular, LocalLanguageRegular, PersonRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useRef, useState, type ComponentType, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGE_NAMES } from '../i18n/i18n';
import type { MenuListProps } from './menus';
import { usePreferences } from './preferences';
import { useSession } from './session';

const load = () => import('./menus');
const LanguageList = lazy(async () => ({ default: (await load()).LanguageList }));
const ThemeList = lazy(async () => ({ default: (await load()).ThemeList }));
const UserList = lazy(async () => ({ default: (await load()).UserList }));

const useStyles = makeStyles({
  initials: {
    display: 'grid',
    placeItems: 'center',
    minWidth: '28px',
    height: '28px',
    borderRadius: tokens.borderRadiusCircular,
    border: `1px solid ${tokens.colorTransparentStroke}`,
    boxSizing: 'border-box',
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: 1,
  },
});

interface MenuButtonProps {
  icon: ReactElement;
  label: string;
  title: string;
  list: ComponentType<MenuListProps>;
}

function MenuButton({ icon, label, title, list: List }: MenuButtonProps) {
  const [button, setButton] = useState<HTMLElement | null>(null);
  const [isOpen, setOpen] = useState(false);
  // Pressing the button closes an open menu, as pressing anything beside it does; the click must not open it again.
  const closing = useRef(false);
  return (
    <>
      <Button
        ref={setButton}
        appearance="subtle"
        icon={icon}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        title={title}
        onPointerEnter={() => void load()}
        onFocus={() => void load()}
        onPointerDown={() => {
          closing.current = isOpen;
        }}
        onClick={() => {
          setOpen(!closing.current);
          closing.current = false;
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setOpen(true);
        }}
      />
      {isOpen ? (
        <Suspense fallback={null}>
          <List
            target={button}
            onClose={(refocus) => {
              setOpen(false);
              if (refocus) button?.focus();
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}

export function LanguageMenu() {
  const { t } = useTranslation();
  const { language } = usePreferences();
  return (
    <MenuButton
      icon={<LocalLanguageRegular />}
      label={t('language.menu', { name: LANGUAGE_NAMES[language] })}
      title={t('language.title')}
      list={LanguageList}
    />
  );
}

export function ThemeMenu() {
  const { t } = useTranslation();
  const { theme } = usePreferences();
  return (
    <MenuButton
      icon={<DarkThemeRegular />}
      label={t('theme.menu', { name: t(`theme.${theme}`) })}
      title={t('theme.title')}
      list={ThemeList}
    />
  );
}

export function UserMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  return (
    <MenuButton
      icon={<Initials name={user.displayName} />}
      label={t('user.menu', { name: user.displayName })}
      title={user.userPrincipalName}
      list={UserList}
    />
  );
}

/** The first letters of the first and the last name. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
}

function Initials({ name }: { name: string }) {
  const styles = useStyles();
  return (
    <span className={styles.initials} aria-hidden>
      {initials(name) || <PersonRegular />}
    </span>
  );
}
