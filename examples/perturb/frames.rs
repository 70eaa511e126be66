//! Furniture of invented sites: what stands around an article on a page. Lines hold `{day}` and `{n}`
//! where pages differ.

use super::random::Random;

/// What the pages of one site have in common.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) host: &'static str,
    /// Lines above the article.
    above: &'static [&'static str],
    /// Lines below it.
    below: &'static [&'static str],
    /// Headlines of other articles; four of them stand on a page.
    teasers: &'static [&'static str],
}

impl Site {
    /// `article` as a page of this site.
    pub(crate) fn frame(&self, title: Option<&str>, article: &str, random: &mut Random) -> String {
        let (day, n) = (random.between(1, 28).to_string(), random.between(2, 97).to_string());
        let line = |text: &&str| text.replace("{day}", &day).replace("{n}", &n);
        let start = random.below(self.teasers.len());
        let teasers = (0..4).map(|i| self.teasers[(start + i) % self.teasers.len()].to_owned());
        let (heading, below) = self.below.split_first().expect("a site has lines below");
        let mut lines: Vec<String> = self.above.iter().map(line).collect();
        lines.extend(title.map(str::to_owned));
        lines.extend([String::new(), article.to_owned(), String::new(), line(heading)]);
        lines.extend(teasers);
        lines.extend(below.iter().map(line));
        lines.join("\n")
    }
}

/// Sites in nine languages: short frames and long ones, some with much prose.
pub(crate) const SITES: [Site; 12] = [
    Site {
        host: "eastmere-courier.example",
        above: &[
            "Skip to content",
            "Home | Local | Business | Sport | Tides | Letters",
            "We use cookies to keep the site running and to count visits. You can change your choice at any time in your settings.",
            "Published {day} March, {n} comments",
        ],
        below: &[
            "More from the Courier",
            "Get the Courier in your inbox: sign up for our free morning newsletter and never miss a tide table again.",
            "© Eastmere Courier. All rights reserved.",
            "Contact us | Privacy | Terms of use",
        ],
        teasers: &[
            "Council puts off vote on harbour wall",
            "Baker's dozen: thirteen years of the Saturday market",
            "Swimmers warned of jellyfish off the north beach",
            "New timetable for the island ferry",
            "School roof to be mended by autumn",
            "Letters: who owns the bandstand?",
            "Lifeboat crew called out twice in one night",
        ],
    },
    Site {
        host: "thelongquarter.example",
        above: &[
            "The Long Quarter",
            "Essays",
            "Reporting",
            "Archive",
            "Support us",
            "{n} min read",
        ],
        below: &[
            "Read next",
            "The Long Quarter is written, edited and illustrated by eleven people in two rooms above a bicycle shop. There is no owner who tells us what to leave out, and there are no advertisements beside what you have just read. That is possible because some four thousand readers pay for it, most of them with the price of a cup of coffee a month.",
            "If you have been reading us for a while and have never given anything, this would be a good day to begin. Half of what comes in goes to the people who write, a quarter to the people who check what they wrote, and the rest keeps the rooms warm. You can stop whenever you like, and nobody will ring you up to ask why.",
            "Our writers answer letters from readers on the first Friday of each month, and the best of them are printed in the spring almanac. Write to the address below, say which piece you mean, and keep it shorter than the piece itself.",
            "Edited by the Long Quarter cooperative. Printed on paper twice a year.",
        ],
        teasers: &[
            "The man who counted the swifts",
            "What the flood left in the archive",
            "A winter among the glass blowers",
            "The last signal box on the branch line",
            "How a valley lost its name",
            "Notes from a cold observatory",
        ],
    },
    Site {
        host: "northline-business.example",
        above: &[
            "Markets",
            "Companies",
            "Commodities",
            "Opinion",
            "Sign in",
            "Subscribe",
            "Share this article",
        ],
        below: &[
            "Related stories",
            "Market data is delayed by at least fifteen minutes and is provided for information only. Nothing on this page is an offer to buy or sell any security, and readers should take advice before they act on it.",
            "To continue reading, subscribe today and get unlimited access for four weeks.",
            "Already a subscriber? Sign in",
            "Advertise with us | Careers | Help",
        ],
        teasers: &[
            "Copper slips as warehouses fill",
            "Shipbuilder names new finance chief",
            "Why freight rates may have further to fall",
            "Grain traders wait for the spring thaw",
            "Bank to close a third of its branches",
            "Dollar steady before rate decision",
            "Pension funds return to timber",
        ],
    },
    Site {
        host: "villagepump.example",
        above: &["Village Pump", "Log in or register to comment"],
        below: &[
            "You may also like",
            "This page was put together by volunteers who give their evenings to it, so please be kind when you find a mistake and tell us where it is.",
            "About the author",
            "Maren Oldacre has kept bees and grudges in the same village for thirty years. She writes about roads, rain and the parish council, and her second collection of columns is in the bookshop by the station.",
            "Back to top",
        ],
        teasers: &[
            "Pothole of the month",
            "Parish minutes in plain words",
            "The bus that came early",
            "Bees: a reply to my neighbour",
            "Harvest supper, with pictures",
        ],
    },
    Site {
        host: "tagesbote-lindau.example",
        above: &[
            "Startseite",
            "Politik",
            "Wirtschaft",
            "Sport",
            "Regionales",
            "Wir verwenden Cookies, damit die Seite läuft und damit wir sehen, was gelesen wird. Mit einem Klick auf Zustimmen sind Sie damit einverstanden.",
            "{day}. März, {n} Kommentare",
        ],
        below: &[
            "Das könnte Sie auch interessieren",
            "Jeden Morgen das Wichtigste aus der Region: Melden Sie sich für unseren kostenlosen Newsletter an, und Sie wissen vor dem ersten Kaffee, was am See geschieht.",
            "Impressum | Datenschutz | AGB | Mediadaten",
            "© Tagesbote Lindau",
        ],
        teasers: &[
            "Uferweg bleibt bis Ostern gesperrt",
            "Musikverein sucht dringend Posaunen",
            "Stadtrat streitet über das alte Gaswerk",
            "Fähre bekommt einen elektrischen Antrieb",
            "Die besten Apfelsorten für kalte Lagen",
            "Handball: Knapper Sieg in letzter Minute",
        ],
    },
    Site {
        host: "werkstatt-und-welt.example",
        above: &["Werkstatt und Welt", "Menü", "Suche", "Anmelden"],
        below: &[
            "Mehr zum Thema",
            "Dieser Beitrag ist Teil unserer Reihe über Berufe, die es bald nicht mehr gibt. Die Redaktion besucht dafür seit zwei Jahren Menschen in ihren Werkstätten, hört ihnen zu und schreibt auf, was sie von ihrer Arbeit erzählen, ohne es schöner zu machen, als es ist.",
            "Wenn Sie jemanden kennen, den wir besuchen sollten, schreiben Sie uns einen Brief; wir lesen jeden und beantworten die meisten, auch wenn es manchmal einige Wochen dauert.",
            "Artikel drucken",
            "Nach oben",
        ],
        teasers: &[
            "Die letzte Seilerin an der Elbe",
            "Warum Glocken verstimmt werden",
            "Ein Tag beim Korbmacher",
            "Leim, der hundert Jahre hält",
            "Das Handwerk der Blaudrucker",
        ],
    },
    Site {
        host: "lecourrierdugolfe.example",
        above: &[
            "Accueil",
            "Actualités",
            "Économie",
            "Culture",
            "Nous utilisons des cookies pour mesurer l'audience du site. Vous pouvez accepter ou refuser ce suivi à tout moment.",
        ],
        below: &[
            "À lire aussi",
            "Inscrivez-vous à notre lettre d'information pour recevoir chaque soir les nouvelles du golfe, sans publicité et sans bavardage.",
            "Mentions légales | Plan du site | Contact",
            "Tous droits réservés",
        ],
        teasers: &[
            "Le phare rouvrira ses portes au printemps",
            "Les ostréiculteurs attendent la marée",
            "Une fanfare de quatre-vingts musiciens",
            "Le pont sera repeint en bleu",
            "Trois recettes pour la fin de l'hiver",
        ],
    },
    Site {
        host: "diariodelpuerto.example",
        above: &["Portada", "Local", "Deportes", "Opinión", "Suscríbete", "{day} de marzo"],
        below: &[
            "Te puede interesar",
            "Este periódico se hace en el puerto desde hace tres generaciones, y los comentarios de los lectores se publican después de que alguien de la redacción los haya leído con calma.",
            "Aviso legal | Política de privacidad | Política de cookies",
        ],
        teasers: &[
            "La lonja abre una hora antes",
            "El faro cumple dos siglos",
            "Vuelve el mercado de los jueves",
            "Obras en el paseo hasta junio",
            "La banda ensaya en la calle",
        ],
    },
    Site {
        host: "gazzettadelcolle.example",
        above: &["Prima pagina", "Cronaca", "Economia", "Cultura", "Accedi"],
        below: &[
            "Leggi anche",
            "Per restare informato iscriviti alla newsletter: ogni domenica scegliamo cinque storie del colle e una ricetta della nonna.",
            "Riproduzione riservata",
            "Informativa sulla privacy",
        ],
        teasers: &[
            "La funicolare riparte a maggio",
            "Olio nuovo, prezzi vecchi",
            "Il coro cerca tenori",
            "Neve sul passo, scuole chiuse",
            "La piazza avrà di nuovo la fontana",
        ],
    },
    Site {
        host: "polderblad.example",
        above: &["Voorpagina", "Nieuws", "Weer", "Inloggen", "Lees voor"],
        below: &[
            "Lees ook",
            "Het Polderblad wordt gemaakt door bewoners. Wie iets ziet wat wij niet zien, mag ons dat altijd laten weten, want de dijk is lang en de redactie is klein.",
            "Colofon | Privacy | Adverteren",
        ],
        teasers: &[
            "Gemaal draait weer op volle kracht",
            "Ganzen houden boeren bezig",
            "Brug blijft langer open",
            "Schaatsers hopen op vorst",
            "Molen krijgt nieuwe wieken",
        ],
    },
    Site {
        host: "rechnoy-vestnik.example",
        above: &["Главная", "Новости", "Экономика", "Спорт", "Войти"],
        below: &[
            "Читайте также",
            "Подпишитесь на нашу рассылку, и каждое утро вы будете получать короткий обзор событий на реке, написанный людьми, которые на ней живут.",
            "Все права защищены. При перепечатке ссылка на сайт обязательна.",
            "О редакции | Реклама | Контакты",
        ],
        teasers: &[
            "Паром вышел на линию раньше срока",
            "Библиотека переехала на вокзал",
            "Лёд сошёл за одну ночь",
            "Открыта выставка старых карт",
            "Рыбаки спорят о новых правилах",
        ],
    },
    Site {
        host: "qiaotou-ribao.example",
        above: &["首页", "新闻", "财经", "体育", "登录 | 注册", "阅读次数 {n}"],
        below: &[
            "相关阅读",
            "本站由桥头镇的几位老记者编辑,每天早上更新,欢迎读者来信告诉我们镇上发生的事情,我们会认真阅读每一封来信。",
            "版权所有,未经许可不得转载",
            "关于我们 | 联系方式 | 隐私政策",
        ],
        teasers: &[
            "老桥修好了,渡船停了",
            "今年的茶叶比去年香",
            "镇上开了第一家旧书店",
            "河边的灯会推迟一周",
            "小学生写信给天文台",
        ],
    },
];

/// Hosts of texts that stand in no frame.
pub(crate) const PLAIN_HOSTS: [&str; 8] = [
    "wire-a.example",
    "wire-b.example",
    "archive-a.example",
    "archive-b.example",
    "reader-a.example",
    "reader-b.example",
    "mirror-a.example",
    "mirror-b.example",
];
