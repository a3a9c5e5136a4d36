import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type { ApiError } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { Brand, LanguageSwitch } from '../../app.tsx';
import { t } from '../../i18n/index.ts';
import { session, sessionEnded, signIn } from '../../session.ts';
import { Failure } from '../../ui/parts.tsx';

export function LoginDoor() {
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn(account, password);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  return (
    <main className="door">
      <div className="door-card">
        <header>
          <Brand />
          <LanguageSwitch />
        </header>
        <h1>{session.value?.name || 'Linegate'}</h1>
        {sessionEnded.value && <p className="notice">{t('login.ended')}</p>}
        <form onSubmit={submit}>
          <TextInput
            id="login-account"
            name="username"
            label={t('login.account')}
            description={t('login.accountHelp')}
            inputWrapperOrder={['label', 'input', 'description']}
            value={account}
            maxLength={64}
            autoCapitalize="none"
            spellCheck={false}
            onChange={(e) => setAccount(e.currentTarget.value)}
            autoComplete="username"
          />
          <PasswordInput
            id="login-password"
            label={t('login.password')}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
            error={failure !== undefined}
            visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
          />
          <Failure error={failure} />
          <Button className="primary" type="submit" disabled={busy}>
            {t('login.submit')}
          </Button>
          <p className="help">{t(account.trim() === '' ? 'login.lost' : 'login.lostAccount')}</p>
        </form>
      </div>
    </main>
  );
}
