/**
 * What the header's menus hold: the languages, the themes, and what the reader can do about being signed in.
 */
import {
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
} from '@fluentui/react-components';
import { PersonSettingsRegular, SignOutRegular } from '@fluentui/react-icons';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../i18n/i18n';
import { THEMES, usePreferences, type Theme } from './preferences';
import { useFailureText } from '../ui/Problem';
import { useNotice } from './notices';
import { useChange } from './session';

export interface MenuListProps {
  /** The button below which the menu opens. */
  target: HTMLElement | null;
  /** `refocus` asks for the focus back on the button: not when the reader went elsewhere. */
  onClose: (refocus: boolean) => void;
}

type CheckedValues = Record<string, string[]>;

const NONE: CheckedValues = {};

interface ListProps extends MenuListProps {
  checked?: CheckedValues;
  onCheck?: (value: string) => void;
  children: ReactNode;
}

// The menus are drawn in place, so that they belong to the header for screen readers too.
function List({ target, onClose, checked = NONE, onCheck, children }: ListProps) {
  return (
    <Menu
      inline
      open
      positioning={{ target }}
      checkedValues={checked}
      onCheckedValueChange={(_, { checkedItems }) => onCheck?.(checkedItems[0] ?? '')}
      onOpenChange={(_, data) => {
        if (!data.open) onClose(data.type !== 'clickOutside');
      }}
    >
      <MenuPopover>
        <MenuList>{children}</MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function LanguageList(props: MenuListProps) {
  const { language, setLanguage } = usePreferences();
  return (
    <List {...props} checked={{ language: [language] }} onCheck={(code) => setLanguage(code as Language)}>
      {LANGUAGES.map((code) => (
        <MenuItemRadio key={code} name="language" value={code} lang={code}>
          {LANGUAGE_NAMES[code]}
        </MenuItemRadio>
      ))}
    </List>
  );
}

export function ThemeList(props: MenuListProps) {
  const { t } = useTranslation();
  const { theme, setTheme } = usePreferences();
  return (
    <List {...props} checked={{ theme: [theme] }} onCheck={(name) => setTheme(name as Theme)}>
      {THEMES.map((name) => (
        <MenuItemRadio key={name} name="theme" value={name}>
          {t(`theme.${name}`)}
        </MenuItemRadio>
      ))}
    </List>
  );
}

export function UserList(props: MenuListProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useChange<{ redirectTo?: string }>();
  const say = useNotice();
  const failureText = useFailureText();
  // The menu is gone before the answer is there: a promise is told of it all the same.
  const leave = () =>
    signOut
      .mutateAsync({ path: '/api/session/sign-out', body: {} })
      .then((answer) => location.assign(answer?.redirectTo ?? '/sign-in'))
      .catch((error: unknown) => say(failureText(error)));
  return (
    <List {...props}>
      <MenuItem icon={<PersonSettingsRegular />} onClick={() => navigate({ to: '/account' })}>
        {t('page.account')}
      </MenuItem>
      <MenuDivider />
      <MenuItem icon={<SignOutRegular />} onClick={leave}>
        {t('user.signOut')}
      </MenuItem>
    </List>
  );
}
