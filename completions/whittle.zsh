#compdef whittle diff_creator

# Completion of whittle and diff_creator in zsh. Like that in bash, it knows no command and no option:
# it asks the tool that stands on the line for its --help (see whittle.bash for what it reads there).

# Specifications for _arguments, from the help of a command.
_whittle_options() {
    local -a lines words_offered
    local line left text short name value choices
    # Lines that go on with the help text of an option are joined to it.
    lines=("${(@f)$("$@" --help 2>/dev/null | awk '
        /^  -/ { if (held) print held; held = $0; next }
        /^   / && held { sub(/^ +/, ""); held = held " " $0; next }
        END { if (held) print held }')}")
    for line in $lines; do
        left=${${line#  }%%  *}
        text=${line##*  }
        short=
        if [[ $left == -?,* ]]; then
            short=${left%%,*}
            left=${left#*, }
        fi
        if [[ $left == *,* ]]; then
            specifications+=("${left%%,*}[show help]" "${left##*, }[show the version]")
            continue
        fi
        name=${left%% *}
        value=${left#* }
        text=${${text//\[/(}//\]/)}
        if [[ $value == $name ]]; then
            specifications+=("${name}[$text]")
        elif [[ $value == (KEY|PUB.pem|FILE|OLD|FW) ]]; then
            specifications+=("${name}=[$text]:$value:_files")
        elif [[ $text == *'(default)'* ]]; then
            choices=${${text#*: }// \(default\)/}
            # Of "raw, uf2:FAMILY" and the like, what is to be typed as it stands.
            words_offered=(${(M)${(s:, :)${${choices//, or /, }// or /, }}:#[a-z0-9-]##(|:[A-Z]##)})
            specifications+=("${name}=[$text]:$value:(${words_offered//:[A-Z]##/\\:})")
        else
            specifications+=("${name}=[$text]:$value: ")
        fi
        [[ -z $short ]] || specifications+=("$short${specifications[-1]#${name}(=|)}")
    done
}

_whittle() {
    setopt local_options extended_glob
    local -a command names specifications
    local position=2
    command=($words[1])
    # Down to the command, through the lists of commands.
    while names=("${(@f)$($command --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/\1:\2/p')}") &&
        [[ -n $names ]]; do
        if ((position >= CURRENT)); then
            _describe -t commands command names
            return
        fi
        command+=($words[position])
        ((position++))
    done
    _whittle_options $command
    # The commands before the last are no operands.
    words=($command[-1] "${(@)words[position,-1]}")
    ((CURRENT -= position - 2))
    _arguments -S $specifications '*:file:_files'
}

_whittle "$@"
