//! A scenario file: its config, and the scenarios that are played in it.

/// Several scenarios in one config.
#[derive(Debug, PartialEq)]
pub(super) struct File {
    /// A country file; empty for the shipped countries.
    pub(super) config: String,
    pub(super) scenarios: Vec<Scenario>,
}

/// `SCENARIO_BEGIN … SCENARIO_END`.
#[derive(Debug, PartialEq)]
pub(super) struct Scenario {
    pub(super) title: String,
    /// The numbers of its lines and what stands there, without comments and empty lines.
    pub(super) lines: Vec<(usize, String)>,
}

impl File {
    /// Reads a file; says what is wrong with it, and where, if its frame is broken.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let (config, rest) = text.split_once("CONFIG_END").ok_or("there is no CONFIG_END")?;
        let (mut scenarios, mut open) = (Vec::new(), None::<Scenario>);
        let first = config.lines().count() + 2;
        for (number, line) in (first..).zip(rest.lines().skip(1)) {
            let line = line.split(';').next().unwrap_or_default().trim();
            let word = line.split(' ').next().unwrap_or_default();
            match (word, &mut open) {
                ("", _) => {}
                ("SCENARIO_BEGIN", None) => {
                    let title = line["SCENARIO_BEGIN".len()..].trim().to_owned();
                    open = Some(Scenario { title, lines: Vec::new() });
                }
                ("SCENARIO_END", Some(_)) => scenarios.extend(open.take()),
                ("SCENARIO_BEGIN", Some(Scenario { title, .. })) => {
                    return Err(format!("line {number}: {title:?} has not ended"));
                }
                (_, Some(scenario)) => scenario.lines.push((number, line.to_owned())),
                (_, None) => return Err(format!("line {number}: {line:?} is in no scenario")),
            }
        }
        match open {
            Some(Scenario { title, .. }) => Err(format!("{title:?} has no SCENARIO_END")),
            None if scenarios.is_empty() => Err("there is no scenario".to_owned()),
            None => Ok(Self { config: config.trim().to_owned(), scenarios }),
        }
    }
}

impl Scenario {
    /// The day, and what it is about.
    pub(super) fn name(&self) -> String {
        let today = self.lines.iter().find_map(|(_, line)| line.strip_prefix("TODAY "));
        [today.unwrap_or_default(), &self.title].join(" ").trim().to_owned()
    }

    pub(super) fn steps(&self) -> usize {
        self.lines.iter().filter(|(_, line)| line.starts_with("STEP ")).count()
    }
}

/// A config holds for all scenarios of its file, and lines keep their numbers.
pub(super) fn several_scenarios_share_a_config() {
    let text = "country: XX\nname: X\nCONFIG_END\n; one\nSCENARIO_BEGIN one day\nTODAY 2012-05-20\n\
                STEP 1 NO_ANSWER ; silence\n\nSCENARIO_END\n\nSCENARIO_BEGIN the next\n\
                TODAY 2012-05-21\nSCENARIO_END\n";
    let lines = |lines: &[(usize, &str)]| {
        lines.iter().map(|(number, line)| (*number, (*line).to_owned())).collect()
    };
    let one = lines(&[(6, "TODAY 2012-05-20"), (7, "STEP 1 NO_ANSWER")]);
    let next = lines(&[(12, "TODAY 2012-05-21")]);
    let file = File::read(text).unwrap();
    assert_eq!(file.config, "country: XX\nname: X");
    assert_eq!(
        file.scenarios,
        [
            Scenario { title: "one day".to_owned(), lines: one },
            Scenario { title: "the next".to_owned(), lines: next },
        ]
    );
    assert_eq!(
        (file.scenarios[0].name().as_str(), file.scenarios[0].steps()),
        ("2012-05-20 one day", 1)
    );
}

pub(super) fn a_broken_frame_is_told() {
    for (text, why) in [
        ("SCENARIO_BEGIN x\nSCENARIO_END\n", "there is no CONFIG_END"),
        ("CONFIG_END\n", "there is no scenario"),
        ("CONFIG_END\nSCENARIO_BEGIN x\n", "\"x\" has no SCENARIO_END"),
        ("CONFIG_END\nSCENARIO_BEGIN x\nSCENARIO_BEGIN y\n", "line 3: \"x\" has not ended"),
        ("CONFIG_END\nTODAY 2012-05-20\n", "line 2: \"TODAY 2012-05-20\" is in no scenario"),
    ] {
        assert_eq!(File::read(text), Err(why.to_owned()));
    }
}
