/**
 * The bar at the top: the product, the tenant, and the reader's own menus.
 */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { NavigationRegular } from '@fluentui/react-icons';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import icon from '../icon.svg';
import { LanguageMenu, ThemeMenu, UserMenu } from './HeaderMenus';
import { useSession } from './session';

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
