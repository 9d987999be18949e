/**
 * The bar at the top: the product, the tenant, and the reader's own menus.
 */
import {
  Button,
  makeStyles,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  tokens,
} from '@fluentui/react-components';
import {
  DarkThemeRegular,
  LocalLanguageRegular,
  NavigationRegular,
  PersonRegular,
  PersonSettingsRegular,
  SignOutRegular,
} from '@fluentui/react-icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import icon from '../icon.svg';
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../i18n/i18n';
import { THEMES, usePreferences, type Theme } from './preferences';
import { useChange, useSession } from './session';

const NARROW = '@media (max-width: 960px)';
const PHONE = '@media (max-width: 640px)';

const useStyles = makeStyles({
  header: {
    gridColumn: '1 / -1',
    position: 'sticky',
    top: 0,
    zIndex: 5,
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    height: '56px',
    boxSizing: 'border-box',
    padding: `0 ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    [PHONE]: { padding: `0 ${tokens.spacingHorizontalS}`, gap: 0 },
    '@media print': { display: 'none' },
  },
  menu: { display: 'none', [NARROW]: { display: 'inline-flex' } },
  brand: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase400,
    borderRadius: tokens.borderRadiusMedium,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  product: { '@media (max-width: 380px)': { display: 'none' } },
  tenant: {
    marginLeft: tokens.spacingHorizontalS,
    paddingLeft: tokens.spacingHorizontalL,
    borderLeft: `1px solid ${tokens.colorNeutralStroke1}`,
    color: tokens.colorNeutralForeground2,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    minWidth: 0,
    [PHONE]: { display: 'none' },
  },
  space: { flexGrow: 1 },
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

export function Header({ onMenu }: { onMenu: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { tenant } = useSession();
  return (
    <header className={styles.header}>
      <Button
        className={styles.menu}
        appearance="subtle"
        icon={<NavigationRegular />}
        aria-label={t('shell.openMenu')}
        onClick={onMenu}
      />
      <Link to="/tenant-status/details" className={styles.brand} aria-label={t('shell.home')}>
        <img src={icon} width={26} height={26} alt="" />
        <span className={styles.product}>Quarterdeck</span>
      </Link>
      <span className={styles.tenant} title={tenant.domain}>
        {tenant.displayName}
      </span>
      <span className={styles.space} />
      <LanguageMenu />
      <ThemeMenu />
      <UserMenu />
    </header>
  );
}

// The menus are drawn in place, so that they belong to the header for screen readers too.
export function LanguageMenu() {
  const { t } = useTranslation();
  const { language, setLanguage } = usePreferences();
  return (
    <Menu
      inline
      checkedValues={{ language: [language] }}
      onCheckedValueChange={(_, { checkedItems }) => setLanguage(checkedItems[0] as Language)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<LocalLanguageRegular />}
          aria-label={t('language.menu', { name: LANGUAGE_NAMES[language] })}
          title={t('language.title')}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {LANGUAGES.map((code) => (
            <MenuItemRadio key={code} name="language" value={code} lang={code}>
              {LANGUAGE_NAMES[code]}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function ThemeMenu() {
  const { t } = useTranslation();
  const { theme, setTheme } = usePreferences();
  return (
    <Menu
      inline
      checkedValues={{ theme: [theme] }}
      onCheckedValueChange={(_, { checkedItems }) => setTheme(checkedItems[0] as Theme)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<DarkThemeRegular />}
          aria-label={t('theme.menu', { name: t(`theme.${theme}`) })}
          title={t('theme.title')}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {THEMES.map((name) => (
            <MenuItemRadio key={name} name="theme" value={name}>
              {t(`theme.${name}`)}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
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

function UserMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  const navigate = useNavigate();
  const signOut = useChange<{ redirectTo?: string }>();
  const leave = () =>
    signOut.mutate(
      { path: '/api/session/sign-out', body: {} },
      { onSuccess: (answer) => location.assign(answer?.redirectTo ?? '/sign-in') },
    );
  return (
    <Menu inline>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<Initials name={user.displayName} />}
          aria-label={t('user.menu', { name: user.displayName })}
          title={user.userPrincipalName}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<PersonSettingsRegular />} onClick={() => navigate({ to: '/account' })}>
            {t('page.account')}
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<SignOutRegular />} onClick={leave}>
            {t('user.signOut')}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
