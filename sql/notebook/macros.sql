-- What free analyses may call beside the functions of SQL.

-- An amount in whole units of its currency: money(1101, 'EUR') is 11.01.
create macro money(amount, currency) as
amount / case
    when currency in (
        'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX',
        'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF', 'ISK'
    ) then 1
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
    else 100
end;
